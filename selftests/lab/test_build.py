"""The lab's recipes: keys, placeholders, credentials, and what each machine is expected to run."""

import base64
import hashlib
import json
import re
<<<<<<< HEAD
import runpy
import stat
import subprocess
import sys
=======
import stat
import subprocess
import tomllib
>>>>>>> h-kolla
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.nodes.unit_names import UNIT_NAMES
from lab import configure, credentials, faults, health, layers, machines, recipe
from lab.paths import LAB

<<<<<<< HEAD
SWIFT = ("account", "container", "object", "proxy")
=======
KOLLA = tomllib.loads((LAB / "roles/kolla/containers.toml").read_text())
WORDS = {
    "unit", "image", "user", "command", "files", "optional", "rings", "privileged", "ipc", "pid", "volumes", "stop", "owned",
}  # fmt: skip
>>>>>>> h-kolla


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of lab/roles that may be changed, with all that recipe and configure take from LAB."""
    subprocess.run(["cp", "-r", LAB, tmp_path / "lab"], check=True)
    for module in (recipe, layers):
        monkeypatch.setattr(module, "LAB", tmp_path / "lab")
    monkeypatch.setattr(recipe, "kernel_key", lambda: "kernel")
    monkeypatch.setattr(configure, "_ROLES", tmp_path / "lab/roles")
    return tmp_path / "lab/roles"


def keys() -> tuple[str, str, str]:
    compute = machines.machines()["compute1"]
    return recipe.base_key(), recipe.packages_key(compute), recipe.cloud_key("notes")


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


<<<<<<< HEAD
@pytest.mark.parametrize("cloud", ["rdo", "devstack"])
def test_a_cloud_that_is_like_another_has_its_machines_each_with_one_role_more(cloud: str) -> None:
    notes, other = machines.machines("notes"), machines.machines(cloud)
    assert other == {name: replace(machine, roles=(*machine.roles, cloud)) for name, machine in notes.items()}
    assert machines.networks(cloud) == machines.networks("notes")
=======
def test_a_cloud_that_is_like_another_has_its_machines_each_with_one_role_more() -> None:
    notes = machines.machines("notes")
    for cloud in ("rdo", "kolla"):
        more = {name: replace(machine, roles=(*machine.roles, cloud)) for name, machine in notes.items()}
        assert machines.machines(cloud) == more
        assert machines.networks(cloud) == machines.networks("notes")
>>>>>>> h-kolla


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


<<<<<<< HEAD
def test_a_fault_is_broken_in_the_places_that_devstack_has() -> None:
    script = "keep $LB /etc/nova/nova.conf\nsystemctl stop nova-conductor\nage_reports nova-conductor\n"
    assert faults.in_words_of(["devstack"], "LB=/etc/neutron/plugins/ml2/linuxbridge_agent.ini\n" + script) == (
        "LB=/etc/neutron/plugins/ml2/ml2_conf.ini\nkeep $LB /etc/nova/nova[.-]c*f\n"
        "systemctl stop devstack@n-super-cond.service devstack@n-cond-cell1.service\nage_reports nova-conductor\n"
    )


def test_no_fault_starts_or_stops_a_unit_of_debians_on_devstack() -> None:
    scripts = [
        each for fault in faults.catalogue().values() for each in (*fault.breaks.values(), *fault.mends.values())
    ]
    lines = faults.in_words_of(["devstack"], "\n".join(scripts)).splitlines()
    words = {word.removesuffix(".service") for line in lines if "systemctl" in line for word in line.split()}
    services = {word for word in words if re.match(r"devstack@|(cinder|glance|neutron|nova|swift)-", word)}
    assert "devstack@q-l3" in services
    assert services <= {"cinder-volumes-loop", *devstack_units()}


def test_the_suite_knows_the_units_of_devstack_that_the_lab_makes() -> None:
    known = {name for names in UNIT_NAMES["devstack"].values() for name in names}
    apis = {f"devstack@{name}" for name in ("keystone", "placement-api", "g-api", "n-api", "n-api-meta", "c-api")}
    assert {f"{name}.service" for name in devstack_units() - apis} <= known | {"devstack@n-super-cond.service"}


def devstack_units() -> set[str]:
    """The units that the role writes."""
    script = (LAB / "roles/devstack/units").read_text()
    found = re.findall(r"^(?:api|program) \S+ (\S+)", script, re.MULTILINE)
    return {f"devstack@{name}" for name in (*found, *(f"s-{kind}" for kind in SWIFT))}


def test_what_a_message_must_say_has_the_names_of_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = faults.named("nova-compute-stopped")
    assert faults.said_here(fault) == fault.words
    monkeypatch.setattr(machines, "chosen", lambda: "devstack")
    assert faults.said_here(fault) == ("devstack@n-cpu.service", "not running")


def test_options_are_put_over_a_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "nova.conf"
    file.write_text("[DEFAULT]\nmy_ip = 10.0.0.101\ndebug = false\n\n[vnc]\nserver_listen = $my_ip\n")
    options = "[DEFAULT]\ndebug = true\n[libvirt]\nvirt_type = qemu\n"
    script = LAB / "roles/devstack/merge_config_file.py"
    subprocess.run([sys.executable, script, file], input=options, text=True, check=True)
    assert file.read_text() == (
        "[DEFAULT]\nmy_ip = 10.0.0.101\ndebug = true\n\n"
        "[vnc]\nserver_listen = $my_ip\n\n[libvirt]\nvirt_type = qemu\n\n"
    )


def test_dpkg_forgets_the_projects_and_no_other_package(tmp_path: Path) -> None:
    virtualenv = runpy.run_path(str(LAB / "roles/devstack/virtualenv.py"))
    forget = virtualenv["forgotten_by_dpkg"]
    forget.__globals__["DPKG"] = tmp_path
    ours = ["Package: python3-nova\nSource: nova (2:26.2.2-1)\n", "Package: keystone\nVersion: 1\n"]
    others = ["Package: python3-novaclient\nSource: python-novaclient\n", "Package: sudo\nVersion: 1\n"]
    (tmp_path / "status").write_text("\n".join([ours[0], others[0], ours[1], others[1]]))
    assert forget() == ["python3-nova", "keystone"]
    assert (tmp_path / "status").read_text() == "\n".join(others)
=======
@pytest.mark.parametrize(
    ("machine", "script", "there"),
    [
        ("compute1", "systemctl restart nova-compute", "systemctl restart kolla-nova_compute-container"),
        ("compute1", "systemctl stop libvirtd.socket libvirtd", "systemctl stop kolla-nova_libvirt-container"),
        ("compute1", "systemctl stop iscsid.socket iscsid.service", "systemctl stop kolla-iscsid-container"),
        ("block1", "systemctl disable cinder-volumes-loop", "systemctl disable cinder-volumes-loop"),
        ("block1", "put_back /etc/cinder/cinder.conf", "put_back /etc/kolla/cinder-*/cinder.conf"),
        ("block1", "mv /sbin/lvextend /root/", "mv /opt/kolla-programs/sbin/lvextend /root/"),
        ("controller", "a >> /etc/swift/swift.conf", "a | tee -a /etc/kolla/swift-*/swift.conf > /dev/null"),
        ("controller", "sql() { mariadb \"$1\"; }", "sql() { podman exec --user root mariadb mariadb \"$1\"; }"),
    ],
)  # fmt: skip
def test_a_fault_is_broken_in_the_containers_of_kolla(machine: str, script: str, there: str) -> None:
    told = faults.in_words_of(machines.machines("kolla")[machine].roles, f"first=line\n{script}\n")
    assert there in told.splitlines()


def told_in(cloud: str, *before: str) -> list[str]:
    """The scripts of all faults in the words of a cloud, each after those."""
    return [
        faults.in_words_of(machines.machines(cloud)[name].roles, "\n".join([*before, script]))
        for fault in faults.catalogue().values()
        for scripts in (fault.breaks, fault.mends)
        for name, script in scripts.items()
    ]


@pytest.mark.parametrize("cloud", machines.clouds())
def test_every_fault_is_a_script_in_the_words_of_every_cloud(cloud: str) -> None:
    told = told_in(cloud, (LAB.parent / "faults/words.sh").read_text())
    subprocess.run(["bash", "-n"], input="\n".join(told), text=True, check=True)


def units_of(cloud: str) -> set[str]:
    """What the scripts of all faults give to systemctl, in the words of a cloud."""
    verbs = "stop|start|restart|enable|disable|reset-failed"
    calls = re.findall(rf"systemctl (?:-q )?(?:{verbs}) ([^|\n]+)", "\n".join(told_in(cloud)))
    return {unit.removesuffix(".service") for call in calls for unit in call.split()}


def test_every_unit_that_a_fault_names_is_a_container_of_kolla_or_the_machines_own() -> None:
    containers = {f"kolla-{name}-container" for name in KOLLA}
    assert units_of("kolla") - containers == {"chrony", "netfilter-persistent", "cinder-volumes-loop"}


def test_each_container_of_kolla_stands_for_a_unit_of_its_own() -> None:
    units = [entry["unit"] for entry in KOLLA.values()]
    assert len(units) == len(set(units))
    assert all(set(entry) <= WORDS for entry in KOLLA.values())
>>>>>>> h-kolla


@pytest.mark.parametrize("machine", machines.machines().values(), ids=lambda machine: machine.name)
def test_every_placeholder_of_every_role_has_a_value(machine: machines.Machine) -> None:
    values = configure.values_for(machine, machines.machines().values(), credentials.passwords())
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
