"""Records of the kernel's account of requests in the app: a second witness."""

from harness.records.words import Result


class KernelAccount(Result, frozen=True, kw_only=True):
    """The kernel's account of a server's connections, while most requests were held.

    Linux gives the inode of each connection (``man 7 sock_diag``), and those of the
    sockets that a process has open in ``/proc/PID/fd``. A connection that was accepted
    belongs to some process.
    """

    reason: str = ""
    """Why there is no account; empty if there is one."""
    held: int = 0
    """Requests that were held in the app at that moment, by their own account."""
    held_accepted: int = 0
    """How many of these have a connection that a server process accepted."""
    accepted: int = 0
    """Connections that processes of the server had accepted and not yet answered."""
    queued: int = 0
    """Connections that waited in the backlog of a listening socket."""
    by_process: tuple[int, ...] = ()
    """How many accepted connections each process had, most first, without zeros.
    Connections that processes share count for each."""
    upstream: int | None = None
    """Connections that the server behind a proxy had accepted on its own ports; null
    without a proxy, or if that server listens on no port."""
    seconds: float = 0.0
    """Processor time spent on asking the kernel."""

    @property
    def waiting_inside(self) -> int:
        """Connections that were accepted though their requests were not in the app."""
        return self.accepted - self.held_accepted
