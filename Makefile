# make acceptance   the suite against a cloud (OS_CLOUD or OS_AUTH_URL, with HOSTS=…), else against the lab, and the report
# make test         lint, types, unit tests, then the lab, the suite on it, today's part of the drill, and the suite on today's other cloud
# make bare         make test, in a fresh Debian 12 with git, make and python3 alone (BARE="CMD…": another command)
# make drill        break the lab in every known way, one after the other, and see that the suite names each (FAULTS="a b": these)
# make lint unit    before a change is sent: ruff, mypy, import-linter, and the suite's own tests, which contact no cloud
# make report       draw Allure's report of the last run
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

HOSTS ?=
PYTEST_ARGS ?=
BARE ?=
FAULTS ?=
# What `make test` drills: OF-DAY is a part that changes from day to day, a number chooses one; empty is none
DRILL ?= OF-DAY
# Which other cloud of lab/clouds it runs the suite on: OF-DAY is one that changes from day to day, a number or a name chooses one; empty is none
ALSO ?= OF-DAY
# Minutes from the beginning within which that begins; else it is left out
ALSO_WITHIN ?= 45
# Debian's packages with which the report is looked at in a browser, and its Korean read; empty: that self-test is skipped
BROWSER ?= chromium-headless-shell fonts-nanum
BEGAN := $(shell date +%s)
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: help acceptance test drill lint unit report bare browser
help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/installed: pyproject.toml constraints.txt
	@missing=
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	    echo "python3 on the PATH is older than 3.11: put a newer one first on the PATH"; exit 1; }
	python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=" python3-venv"
	{ command -v ssh && command -v ssh-keygen; } > /dev/null || missing+=" openssh-client"
	command -v ping > /dev/null || missing+=" iputils-ping"
	if [ "$$missing" ]; then
	    { command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; } || {
	        echo "missing here:$$missing (names of Debian's packages): install them first"; exit 1; }
	    echo "== installing$$missing"
	    apt-get update -qq
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing
	fi
	echo "== installing the suite's libraries into $(VENV)"
	python3 -m venv $(VENV)
	# uv installs in seconds what takes pip two minutes.
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --constraint constraints.txt --editable '.[dev,report]'
	touch $@

acceptance:
	@HOSTS="$(HOSTS)" ./acceptance $(PYTEST_ARGS)

report: $(VENV)/installed
	@$(PYTHON) -m reports.render

lint: $(VENV)/installed
	@$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache --no-logo

unit: $(VENV)/installed
	@$(PYTHON) -m pytest selftests --alluredir= -n 2 --dist worksteal

browser:
	@[ "$(BROWSER)" ] || exit 0
	for program in chromium-headless-shell chromium chromium-browser google-chrome; do
	    ! command -v $$program > /dev/null || exit 0
	done
	{ command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; } || exit 0
	echo "== installing $(BROWSER)"
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(BROWSER); } || \
	    echo "== that failed: the report is not looked at in a browser"

test: lint browser unit
	@also=$$($(PYTHON) -m lab.cloud_of_day '$(ALSO)')
	if ./lab/lab status > /dev/null 2>&1; then
	    [ -z "$$also" ] || echo "== the other cloud, $$also, is left out: the lab was up, and stays what it is"
	    also=
	else
	    trap './lab/lab down' EXIT
	fi
	env -u OS_CLOUD -u OS_AUTH_URL -u CLOUD_FILE -u HOSTS ./acceptance $(PYTEST_ARGS)
	$(if $(DRILL),$(PYTHON) -m faults.drill --part $(DRILL))
	also=$$($(PYTHON) -m lab.cloud_of_day "$$also" --taken $$(($$(date +%s) - $(BEGAN))) --within $(ALSO_WITHIN))
	[ "$$also" ] || exit 0
	./lab/lab down
	./lab/lab up "$$also"
	env -u OS_CLOUD -u OS_AUTH_URL -u CLOUD_FILE -u HOSTS ./acceptance $(PYTEST_ARGS)

drill: $(VENV)/installed
	@./lab/lab up
	$(PYTHON) -m faults.drill $(FAULTS)

bare:
	@python3 -m selftests.tools.bare_machine -- $(or $(BARE),make test)
