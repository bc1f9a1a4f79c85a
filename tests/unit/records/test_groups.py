"""Items with the same key are grouped."""

from harness.records.groups import grouped


def test_keys_and_items_keep_their_order() -> None:
    groups = grouped(["fig", "plum", "nut", "pear", "kiwis"], len)
    assert list(groups.items()) == [
        (3, ["fig", "nut"]),
        (4, ["plum", "pear"]),
        (5, ["kiwis"]),
    ]
    assert 6 not in groups
