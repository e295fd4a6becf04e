from fixtures.verdict.folding import MANY, folded

NODES = [f"n{number:03}" for number in range(1, 101)]
NAMED = ["alpha.example.org", "beta.example.org", "gamma.example.org", "delta.example.org", "epsilon.example.org"]


def test_what_is_alike_on_a_hundred_nodes_is_one_line_with_their_names() -> None:
    told = [(node, f"{node}: nova-compute does not run. Fix: on {node}, start it") for node in NODES]
    assert folded(told) == ["n001..n100: nova-compute does not run. Fix: on n001..n100, start it"]


def test_where_numbers_differ_the_first_is_shown() -> None:
    told = [(node, f"{node} has 10.77.0.{number}. Fix: set my_ip") for number, node in enumerate(NODES, 1)]
    assert folded(told) == ["n001 has 10.77.0.1. Fix: set my_ip (alike on n001..n100)"]


def test_a_long_list_of_names_stands_in_the_line_once() -> None:
    (line,) = folded((node, f"{node}: it does not run. Fix: on {node}, start it") for node in NAMED)
    assert line.startswith("alpha.example.org: it does not run. Fix: on alpha.example.org, start it (alike on alpha")
    assert all(line.count(name) == 1 for name in NAMED[1:])


def test_of_a_few_nodes_each_has_its_own_line() -> None:
    told = [(node, f"{node}: it does not run") for node in NODES[: MANY - 1]]
    assert folded(told) == [message for _, message in told]


def test_other_words_are_another_line_and_all_stand_where_their_first_stood() -> None:
    stopped = [(node, f"{node}: it does not run") for node in NODES]
    told = [("", "no quorum"), stopped[0], ("n007", "n007: no room"), *stopped[1:], ("", "no quorum")]
    assert folded(told) == ["no quorum", "n001..n100: it does not run", "n007: no room"]


def test_what_is_about_no_node_is_never_alike() -> None:
    told = [("", f"volume {number}: it is left") for number in range(9)]
    assert folded(told) == [message for _, message in told]


def test_one_node_that_says_it_often_is_one_node() -> None:
    told = [("n001", f"n001: port {number} is closed") for number in range(9)]
    assert folded(told) == [message for _, message in told]


def test_a_name_within_another_word_stays() -> None:
    told = [(f"n{number}", f"n{number}: no n{number}-disk, n{number}.example.org") for number in range(1, 7)]
    assert folded(told) == ["n1: no n1-disk, n1.example.org (alike on n1..n6)"]
