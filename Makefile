# make acceptance   the suite against a cloud (OS_CLOUD or OS_AUTH_URL, with HOSTS=…), else against the lab, and the report
# make test         the suite's own tests: lint, types, unit tests, then the lab, the suite on it, and today's part of the drill
# make drill        break the lab in every known way, one after the other, and see that the suite names each (FAULTS="a b": these)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

LAB_HOSTS := controller,compute1,block1
HOSTS ?=
PYTEST_ARGS ?=
FAULTS ?=
# What `make test` drills: OF-DAY is a part that changes from day to day, a number chooses one; empty is none
DRILL ?= OF-DAY
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: help acceptance test drill lint unit report
help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/installed: pyproject.toml constraints.txt
	@echo "== installing the suite's libraries into $(VENV)"
	python3 -c 'import ensurepip, venv' 2> /dev/null || { apt-get update -qq; apt-get install -y -qq python3-venv; }
	command -v ssh > /dev/null || { apt-get update -qq; apt-get install -y -qq openssh-client; }
	python3 -m venv $(VENV)
	# uv installs in seconds what takes pip two minutes.
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --constraint constraints.txt --editable '.[dev,report]'
	touch $@

acceptance: $(VENV)/installed
	@status=0
	if [ -n "$${OS_CLOUD:-}$${OS_AUTH_URL:-}" ]; then
	    $(PYTHON) -m pytest $(if $(HOSTS),--hosts=$(HOSTS)) $(PYTEST_ARGS) || status=$$?
	else
	    ./lab/lab up
	    ./lab/lab exec -- $(PYTHON) -m pytest --hosts=$(or $(HOSTS),$(LAB_HOSTS)) $(PYTEST_ARGS) || status=$$?
	    echo "== the lab is still up: './lab/lab exec -- CMD' to look around, './lab/lab down' to end it"
	fi
	[ $$status -eq 4 ] || $(PYTHON) -m reports.render
	exit $$status

report: $(VENV)/installed
	@$(PYTHON) -m reports.render

lint: $(VENV)/installed
	@$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

unit: $(VENV)/installed
	@$(PYTHON) -m pytest selftests --alluredir= -n 2

test: lint unit
	@./lab/lab status > /dev/null 2>&1 || trap './lab/lab down' EXIT
	./lab/lab up
	./lab/lab exec -- $(PYTHON) -m pytest --hosts=$(LAB_HOSTS) $(PYTEST_ARGS)
	$(PYTHON) -m reports.render
	$(if $(DRILL),$(PYTHON) -m faults.drill --part $(DRILL))

drill: $(VENV)/installed
	@./lab/lab up
	$(PYTHON) -m faults.drill $(FAULTS)
