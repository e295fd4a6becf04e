import pytest

from fixtures.network.bridge_netfilter import RDOS_SCRIPT, SYSCTLS, BridgeNetfilter, in_order, parse_facts

IPTABLES, _ = SYSCTLS
NOW = "/proc/sys/net/bridge/bridge-nf-call-iptables"
MODULES = "bridge 1 1 - Live 0x0\nbr_netfilter 22256 0 - Live 0x0\n"


def node(run_first: str = "", **files: str) -> BridgeNetfilter:
    """A node whose kernel has the module loaded; files are given by what the path ends in."""
    folders = {"modules": "/etc/modules-load.d/neutron.conf", "sysctl": "/etc/sysctl.d/60-neutron.conf"}
    given = {folders.get(name, name): text for name, text in files.items()}
    return BridgeNetfilter(run_first, {"/proc/modules": MODULES, NOW: "1\n"} | given)


def test_facts_are_parted_by_their_file_names() -> None:
    facts = parse_facts("ExecStartPre=\n==> /proc/modules <==\nbridge 1\n\n==> /run/sysctl.d/a.conf <==\n")
    assert facts == BridgeNetfilter("ExecStartPre=\n", {"/proc/modules": "bridge 1\n\n", "/run/sysctl.d/a.conf": ""})


def test_the_value_in_force_is_the_kernels() -> None:
    assert node().now(IPTABLES) == "1"
    assert node().is_loaded


def test_without_the_module_there_is_no_value() -> None:
    bare = BridgeNetfilter("", {"/proc/modules": "bridge 1 1 - Live 0x0\n"})
    assert (bare.is_loaded, bare.now(IPTABLES), bare.loader) == (False, None, "")


def test_a_module_loaded_by_hand_is_not_loaded_at_boot() -> None:
    assert node().loader == ""
    assert node(modules="# br_netfilter\noverlay\n").loader == ""


@pytest.mark.parametrize("text", ["br_netfilter\n", "br-netfilter\n", "overlay\n  br_netfilter \n"])
def test_a_file_may_load_it(text: str) -> None:
    assert node(modules=text).loader == "/etc/modules-load.d/neutron.conf"


@pytest.mark.parametrize(
    ("path", "text"),
    [("/etc/modules", "br_netfilter\n"), ("/etc/sysconfig/modules/a.modules", "modprobe -b br_netfilter >/dev/null\n")],
)
def test_distributions_have_places_of_their_own(path: str, text: str) -> None:
    assert node(**{path: text}).loader == path


def test_a_file_in_etc_hides_the_packages_file_of_that_name() -> None:
    hidden = {"/usr/lib/modules-load.d/n.conf": "br_netfilter\n", "/etc/modules-load.d/n.conf": ""}
    assert node(**hidden).loader == ""


def test_what_is_built_in_needs_no_file() -> None:
    assert "built in" in BridgeNetfilter("", {NOW: "1\n"}).loader


def test_rdos_agent_sees_to_all_of_it() -> None:
    rdo = node(run_first=f"ExecStartPre={{ path=/usr/bin/{RDOS_SCRIPT}.sh }}", sysctl=f"{IPTABLES} = 0\n")
    assert rdo.loader == RDOS_SCRIPT
    assert rdo.at_boot(IPTABLES) == ("1", RDOS_SCRIPT)


def test_files_are_read_by_name_whatever_their_folder() -> None:
    files = {"/usr/lib/sysctl.d/99-b.conf": "", "/etc/sysctl.d/60-a.conf": "", "/run/sysctl.d/10-c.conf": ""}
    assert [path for path, _ in in_order(files, "sysctl.d")] == [
        "/run/sysctl.d/10-c.conf",
        "/etc/sysctl.d/60-a.conf",
        "/usr/lib/sysctl.d/99-b.conf",
    ]


def test_the_last_file_by_name_wins() -> None:
    files = {
        "/usr/lib/sysctl.d/00-system.conf": f"{IPTABLES} = 0\n",
        "/etc/sysctl.d/60-neutron.conf": f"{IPTABLES}=1\n",
    }
    assert node(**files).at_boot(IPTABLES) == ("1", "/etc/sysctl.d/60-neutron.conf")
    late = files | {"/usr/lib/sysctl.d/90-docker.conf": "net/bridge/bridge-nf-call-iptables = 0\n"}
    assert node(**late).at_boot(IPTABLES) == ("0", "/usr/lib/sysctl.d/90-docker.conf")


@pytest.mark.parametrize("line", ["-net.bridge.bridge-nf-call-iptables = 0", "net.bridge.bridge-nf-call-* = 0"])
def test_a_line_may_be_lenient_or_a_pattern(line: str) -> None:
    assert node(sysctl=line).at_boot(IPTABLES)[0] == "0"


@pytest.mark.parametrize("text", ["", f"# {IPTABLES} = 0\n", "net.bridge.bridge-nf-call-arptables = 0\n"])
def test_where_no_file_sets_it_the_kernels_own_value_stays(text: str) -> None:
    assert node(sysctl=text).at_boot(IPTABLES) == ("", "")
