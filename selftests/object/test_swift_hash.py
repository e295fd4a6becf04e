from fixtures.object.swift_hash import OPTIONS, digests_in


def conf(suffix: str) -> str:
    return f"[swift-hash]\nswift_hash_path_suffix = {suffix}\n[storage-policy:0]\nname = Policy-0\n"


def test_a_digest_tells_suffixes_apart_and_shows_none() -> None:
    one, same, other = digests_in(conf("a1b2")), digests_in(conf("a1b2")), digests_in(conf("a1b3"))
    assert one == same
    assert [option for option in OPTIONS if one[option] != other[option]] == ["swift_hash_path_suffix"]
    assert "a1b2" not in str(one)


def test_a_file_without_the_section_sets_neither() -> None:
    assert digests_in("[storage-policy:0]\n") == digests_in("[swift-hash]\n")
