"""Checks whether the kernel's account of requests in the app agrees with the app's."""

from harness.records.text import plural
from harness.records.witness import KernelAccount


def disagreement(kernel: KernelAccount | None) -> str:
    """How the kernel's account contradicts the app's, as a sentence; empty if not.

    A request that is in the app came over a connection that the server accepted.
    Extra accepted connections are no contradiction: those requests wait inside the
    server.
    """
    if kernel is None or kernel.reason:
        return ""
    begin = f"{plural(kernel.held, 'request')} reported being in the app, but by the"
    if kernel.held_accepted < kernel.held:
        return (
            f"{begin} kernel's account the server had accepted the connections of only "
            f"{kernel.held_accepted} of them"
        )
    if kernel.upstream is not None and kernel.upstream < kernel.held:
        return (
            f"{begin} kernel's account the server behind the proxy had accepted only "
            f"{plural(kernel.upstream, 'connection')}"
        )
    return ""
