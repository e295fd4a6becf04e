"""Waiting until the cloud is healthy: every service up, every agent alive, as the APIs say.

Run as a program (in the lab's namespace) it prints what is still missing, a line a look, and ends with status 0 when nothing is.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from lab.errors import LabError
from lab.machines import Machine, machines
from lab.paths import CHECKOUT, NETNS
from lab.progress import step

_POLL = 1.0  # seconds between two looks
_ANSWER = 10.0  # seconds an API may take
_NOVA = {"controller": ("nova-scheduler", "nova-conductor"), "compute": ("nova-compute",)}
_CINDER = {"controller": ("cinder-scheduler",), "block": ("cinder-volume",)}
_NEUTRON = {
    "linuxbridge": ("neutron-linuxbridge-agent",),
    "openvswitch": ("neutron-openvswitch-agent",),
    "l3-dvr": ("neutron-l3-agent", "neutron-metadata-agent"),
    "network": ("neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"),
    "ovn-chassis": ("ovn-controller",),
    "ovn-metadata": ("neutron-ovn-metadata-agent",),
}


def wait_until_healthy(runner: Path, deadline: float) -> None:
    """Wait until every service is up and every agent alive.

    Arguments:
        runner: folder with clouds.yaml.
        deadline: seconds from now.

    Raises:
        LabError: names what was still missing at the deadline.
    """
    look = [sys.executable, "-m", "lab.health", str(runner / "clouds.yaml"), str(deadline)]
    command = ["ip", "netns", "exec", NETNS, *look]
    seen = ["the first answer"]
    with step("wait until the cloud is healthy", lambda: f"waiting for {seen[-1]}"):
        watcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        assert watcher.stdout
        with watcher:
            for line in watcher.stdout:
                seen.append(line.strip())
    if watcher.returncode:
        raise LabError(
            f"not healthy after {deadline:.0f} s, still waiting for {seen[-1]}: './lab/lab status' names the logs"
        )


def main(clouds: str, seconds: str) -> int:
    """Look until nothing is missing (0) or the time is over (1)."""
    end = time.monotonic() + float(seconds)
    while missing := _missing(json.loads(Path(clouds).read_text())["clouds"]["admin"]["auth"]):
        print(", ".join(missing), flush=True)
        if time.monotonic() > end:
            return 1
        time.sleep(_POLL)
    return 0


def _missing(auth: dict[str, str]) -> list[str]:
    try:
        token, endpoints = _log_in(auth)
        return _missing_services(token, endpoints)
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        where = [error.url] if isinstance(error, urllib.error.HTTPError) else []
        return [f"the APIs ({' '.join([*where, str(getattr(error, 'reason', error))])})"]


def _missing_services(token: str, endpoints: dict[str, str]) -> list[str]:
    everyone = list(machines().values())
    nova = _get(endpoints["compute"] + "/os-services", token)["services"]
    cinder = _get(endpoints["volumev3"] + "/os-services", token)["services"]
    agents = _get(endpoints["network"] + "/v2.0/agents", token)["agents"]
    providers = _get(endpoints["placement"] + "/resource_providers", token)["resource_providers"]
    there = {(row["binary"], row["host"].split("@")[0]) for row in nova + cinder if row["state"] == "up"}
    there |= {(row["binary"], row["host"]) for row in agents if row["alive"]}
    there |= {("placement provider", row["name"]) for row in providers}
    there |= {(name, "controller") for name, url in _PLAIN.items() if _answers(url)}
    return [f"{binary} on {host}" for binary, host in _expected(everyone) if (binary, host) not in there]


_PLAIN = {"glance": "http://controller:9292/versions", "swift": "http://controller:8080/healthcheck"}


def _expected(everyone: list[Machine]) -> list[tuple[str, str]]:
    tables = (_NOVA, _CINDER, _NEUTRON, {"compute": ("placement provider",)})
    rows = [
        (binary, machine.name)
        for machine in everyone
        for table in tables
        for role in machine.roles
        for binary in table.get(role, ())
    ]
    return [*rows, *((name, "controller") for name in _PLAIN)]


def _log_in(auth: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return a token and the internal endpoints, which have no TLS on any cloud (Identity API v3, "Password authentication with scoped authorization")."""
    domain = {"name": auth["user_domain_name"]}
    user = {"name": auth["username"], "password": auth["password"], "domain": domain}
    scope = {"project": {"name": auth["project_name"], "domain": domain}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    request = urllib.request.Request(
        auth["auth_url"] + "/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_ANSWER) as answer:
        catalogue = json.load(answer)["token"]["catalog"]
        token = answer.headers["X-Subject-Token"]
    rows = ((service["type"], endpoint) for service in catalogue for endpoint in service["endpoints"])
    return token, {kind: endpoint["url"] for kind, endpoint in rows if endpoint["interface"] == "internal"}


def _get(url: str, token: str) -> Any:
    request = urllib.request.Request(url, headers={"X-Auth-Token": token, "Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=_ANSWER) as answer:
        return json.load(answer)


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=_ANSWER) as answer:
        return bool(answer.status < 400)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
