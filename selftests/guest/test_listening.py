from fixtures.guest.listening import parse_listening

# `ss -ltn` inside a network's metadata namespace: of haproxy, as neutron.agent.ovn.metadata has it listen
SHOWN = """\
State    Recv-Q   Send-Q     Local Address:Port      Peer Address:Port  Process
LISTEN   0        4096     169.254.169.254:80             0.0.0.0:*
LISTEN   0        4096                [::]:9697              [::]:*
"""


def test_ports_are_those_of_the_local_end() -> None:
    assert parse_listening(SHOWN) == {80, 9697}


def test_where_nothing_listens_there_are_none() -> None:
    assert parse_listening(SHOWN.partition("\n")[0]) == set()
    assert parse_listening("") == set()
