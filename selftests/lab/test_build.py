"""The lab's recipes: keys, placeholders, credentials, and what each machine is expected to run."""

import base64
import functools
import hashlib
import json
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lab import configure, credentials, faults, health, layers, machines, recipe, suites
from lab.paths import LAB


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of lab/roles that may be changed, with all that recipe and configure take from LAB."""
    # What another process compiles meanwhile comes and goes
    shutil.copytree(LAB, tmp_path / "lab", symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for module in (recipe, layers):
        monkeypatch.setattr(module, "LAB", tmp_path / "lab")
    monkeypatch.setattr(recipe, "kernel_key", lambda: "kernel")
    monkeypatch.setattr(configure, "_ROLES", tmp_path / "lab/roles")
    return tmp_path / "lab/roles"


def keys() -> tuple[str, str, str]:
    compute = machines.machines()["compute1"]
    return recipe.base_key(compute.debian), recipe.packages_key(compute), recipe.cloud_key("notes")


def test_an_unchanged_recipe_has_the_same_keys(roles: Path) -> None:
    assert keys() == keys()


def test_a_changed_file_configures_anew_and_installs_nothing(roles: Path) -> None:
    before = keys()
    with (roles / "compute/files/etc/nova/nova.conf").open("a") as file:
        file.write("\n# changed\n")
    assert keys()[:2] == before[:2]
    assert keys()[2] != before[2]


def test_another_package_of_a_role_is_installed(roles: Path) -> None:
    before = keys()
    with (roles / "compute/packages").open("a") as file:
        file.write("tcpdump\n")
    assert keys()[0] == before[0]
    assert keys()[1] != before[1]


def test_a_comment_in_a_package_list_installs_nothing(roles: Path) -> None:
    before = keys()
    with (roles / "compute/packages").open("a") as file:
        file.write("# a comment\n")
    assert keys()[:2] == before[:2]


def test_placeholders_are_filled_and_oslo_references_stay(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/nova.conf").write_text("my_ip = {{MY_IP}}\nserver_listen = $my_ip\n")
    configure._write_files(tmp_path / "files", tmp_path / "tree", {"MY_IP": "10.0.0.101"})
    assert (tmp_path / "tree/nova.conf").read_text() == "my_ip = 10.0.0.101\nserver_listen = $my_ip\n"


def test_an_unknown_placeholder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/nova.conf").write_text("my_ip = {{MY_PI}}\n")
    with pytest.raises(KeyError, match="MY_PI"):
        configure._write_files(tmp_path / "files", tmp_path / "tree", {"MY_IP": "10.0.0.101"})


@pytest.mark.parametrize("cloud", machines.clouds())
def test_a_cloud_has_all_that_its_machines_need(cloud: str) -> None:
    for machine in machines.machines(cloud).values():
        assert all((LAB / "roles" / role).is_dir() for role in machine.roles)


@pytest.mark.parametrize(
    ("cloud", "more"),
    [("rdo", ["rdo"]), ("devstack", ["devstack"]), ("kolla", ["kolla"]), ("kolla-tls", ["tls", "kolla"])],
)
def test_a_cloud_that_is_like_another_has_its_machines_each_with_some_roles_more(cloud: str, more: list[str]) -> None:
    taken, other = machines._table("notes", is_taken=True)["machines"], machines.machines(cloud)
    expected = {name: machines._machine(name, suites.HOST, entry) for name, entry in taken.items()}
    assert other == {name: replace(machine, roles=(*machine.roles, *more)) for name, machine in expected.items()}
    assert machines.networks(cloud) == machines.networks("notes")


@pytest.mark.parametrize("cloud", ["rdo", "devstack", "kolla", "kolla-tls", "victoria"])
def test_what_a_cloud_has_alone_none_gets_that_is_like_it(cloud: str) -> None:
    everyone = machines.machines(cloud)
    assert set(everyone) == set(machines.machines("notes")) - {"compute2"}
    assert "migration" not in everyone["compute1"].roles


def test_a_cloud_that_names_its_machines_has_them_in_the_order_of_its_own_file() -> None:
    """Another order would be another recipe."""
    assert list(machines.machines("ovn")) == ["controller", "compute1", "block1", "network1", "compute2"]


@pytest.mark.parametrize("cloud", ["notes", "ovn", "dvr"])
def test_compute_nodes_share_their_packages(cloud: str) -> None:
    everyone = machines.machines(cloud)
    assert len({recipe.packages_key(everyone[name]) for name in ("compute1", "compute2")}) == 1


def test_servers_of_the_default_cloud_can_move() -> None:
    computes = [machine for machine in machines.machines("notes").values() if "compute" in machine.roles]
    assert len(computes) == 2
    assert all("migration" in machine.roles for machine in computes)
    assert computes[0] == replace(computes[1], name="compute1", address=computes[0].address)


def test_clouds_of_the_same_packages_share_them_and_are_configured_apart() -> None:
    clouds = ("notes", "rdo", "devstack")
    assert len({recipe.packages_key(machines.machines(cloud)["compute1"]) for cloud in clouds}) == 1
    assert len({recipe.cloud_key(cloud) for cloud in clouds}) == len(clouds)


def test_a_fault_is_broken_under_the_names_of_the_cloud() -> None:
    script = "systemctl -q disable nova-compute\nsed -i s/a/b/ /etc/nova/nova.conf /etc/iptables/rules.v4\n"
    assert faults.in_words_of(["node", "compute", "rdo"], script) == (
        "systemctl -q disable openstack-nova-compute\nsed -i s/a/b/ /etc/nova/nova.conf /etc/sysconfig/iptables\n"
    )
    assert faults.in_words_of(["node", "compute"], script) == script


def told_in(cloud: str, *before: str) -> list[str]:
    """The scripts of all faults in the words of a cloud: those for the same roles together, after those."""
    told: dict[tuple[str, ...], list[str]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machines, "_table", functools.cache(machines._table))  # read once, and not for each fault
        for fault in faults.catalogue().values():
            for scripts in (fault.breaks, fault.mends) if fault.can_be_on(cloud) else ():
                for name, script in scripts.items():
                    for machine in faults.of_name(name, cloud):
                        told.setdefault(machine.roles, [*before]).append(script)
    return [faults.in_words_of(roles, "\n".join(scripts)) for roles, scripts in told.items()]


@pytest.mark.parametrize("cloud", machines.clouds())
def test_every_fault_is_a_script_in_the_words_of_every_cloud(cloud: str) -> None:
    told = told_in(cloud, (LAB.parent / "faults/words.sh").read_text())
    subprocess.run(["bash", "-n"], input="\n".join(told), text=True, check=True)


@pytest.mark.parametrize(
    ("cloud", "name"), [(cloud, name) for cloud in machines.clouds() for name in machines.machines(cloud)]
)
def test_every_placeholder_of_every_role_has_a_value(cloud: str, name: str) -> None:
    machine = machines.machines(cloud)[name]
    values = configure.values_for(machine, machines.machines(cloud).values(), credentials.passwords())
    files = [file for role in machine.roles for file in (LAB / "roles" / role / "files").rglob("*") if file.is_file()]
    used = {name for file in files for name in configure._PLACEHOLDER.findall(file.read_text())}
    assert used <= values.keys()


def test_rabbitmq_would_accept_the_password() -> None:
    passwords = credentials.passwords()
    salted = base64.b64decode(passwords["RABBIT_PASS_HASH"])
    assert salted[4:] == hashlib.sha256(salted[:4] + passwords["RABBIT_PASS"].encode()).digest()


def test_two_builds_share_no_password() -> None:
    assert not set(credentials.passwords().values()) & set(credentials.passwords().values())


def test_credentials_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "runner"
    credentials.write_runner(folder, machines.machines().values(), credentials.passwords())
    open_to_others = [file.name for file in folder.iterdir() if stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert not {"clouds.yaml", "keystonerc_admin", "keystonerc_demo", "id_ed25519"} & set(open_to_others)


def test_the_ca_of_a_cloud_signs_what_its_clients_trust(tmp_path: Path) -> None:
    credentials.write_ca(tmp_path / "ca")
    assert stat.S_IMODE((tmp_path / "ca/ca.key").stat().st_mode) & 0o077 == 0
    script = (
        (LAB / "roles/tls/files/usr/local/sbin/issue-certificate").read_text().replace("/root/ca", f"{tmp_path}/ca")
    )
    made = subprocess.run(
        ["bash", "-c", script, "issue", "controller", "365"], capture_output=True, text=True, check=True
    )
    (tmp_path / "made").write_text(made.stdout)
    verify = ["openssl", "verify", "-CAfile", str(tmp_path / "ca/ca.pem"), "-verify_hostname", "controller"]
    assert subprocess.run([*verify, str(tmp_path / "made")], capture_output=True, text=True).returncode == 0


def test_the_runner_is_told_of_a_ca_where_there_is_one(tmp_path: Path) -> None:
    for name, cacert in (("without", None), ("with", Path("/cache/ca.pem"))):
        credentials.write_runner(tmp_path / name, machines.machines().values(), credentials.passwords(), cacert)
    told = {name: json.loads((tmp_path / name / "clouds.yaml").read_text())["clouds"] for name in ("without", "with")}
    assert [told[name]["demo"].get("cacert") for name in ("without", "with")] == [None, "/cache/ca.pem"]
    assert "export OS_CACERT=/cache/ca.pem\n" in (tmp_path / "with/keystonerc_demo").read_text()


def test_public_endpoints_have_tls_where_a_machine_ends_it() -> None:
    public = {}
    for cloud in ("notes", "kolla", "kolla-tls"):
        everyone = machines.machines(cloud)
        public[cloud] = configure.values_for(everyone["controller"], everyone.values(), {})["PUBLIC"]
    assert public == {"notes": "http://controller:", "kolla": "http://controller:", "kolla-tls": "https://controller:1"}


def test_novas_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    credentials.write_nova_key(tmp_path / "nova")
    assert stat.S_IMODE((tmp_path / "nova/id_ed25519").stat().st_mode) & 0o077 == 0
    assert (tmp_path / "nova/id_ed25519.pub").exists()


def test_keystonerc_and_clouds_yaml_agree(tmp_path: Path) -> None:
    folder, passwords = tmp_path / "runner", credentials.passwords()
    credentials.write_runner(folder, machines.machines().values(), passwords)
    script = f". {folder}/keystonerc_demo; echo $OS_USERNAME $OS_PROJECT_NAME $OS_PASSWORD"
    sourced = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    auth = json.loads((folder / "clouds.yaml").read_text())["clouds"]["demo"]["auth"]
    assert sourced == [auth["username"], auth["project_name"], auth["password"]]


def test_a_second_compute_node_is_one_more_machine() -> None:
    first = machines.machines()["compute1"]
    second = replace(first, name="compute2", address="10.0.0.102")
    expected = health._expected([first, second])
    assert {host for binary, host in expected if binary == "nova-compute"} == {"compute1", "compute2"}
    values = configure.values_for(second, [first, second], {})
    assert (values["COMPUTES"], values["MY_IP"]) == ("compute1 compute2", "10.0.0.102")
