"""The number of connections in a listen backlog is read from the kernel."""

from harness.probe.questions.overflow import waiting_in


def test_the_kernel_says_how_many_are_in_a_backlog() -> None:
    """The table is Linux's own, with port 20527 listening and a connection to it."""
    head = "  sl  local_address rem_address   st tx_queue:rx_queue tr tm->when"
    lines = [
        head,
        "   0: 0100007F:502F 00000000:0000 0A 00000000:00000081 00:00000000 00000000",
        "   1: 0100007F:502F 0100007F:9A12 01 00000000:0000004B 00:00000000 00000000",
        "   2: 0100007F:0035 00000000:0000 0A 00000000:00000007 00:00000000 00000000",
    ]
    assert waiting_in(lines, {0x502F}) == 129
    assert waiting_in(lines, {0x502F, 0x35}) == 136
    begun = (
        "   3: 0100007F:502F 0100007F:9A14 03 00000000:00000000 00:00000000 00000000"
    )
    assert waiting_in([*lines, begun, begun], {0x502F}) == 131
    assert waiting_in(lines, {1}) == 0
