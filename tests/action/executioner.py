"""Kills the whole harness process tree, as the kernel's OOM killer would.

Started as a server, it does so at once. Given the name of a file, it goes to the
background, writes the port that it listens on to that file, and waits until a server
asks for the kill. It then ends, or else at its deadline.
"""

import os
import signal
import socket
import sys

DEADLINE_SECONDS = 300.0


def kill_harness(process: int) -> None:
    """Kill the whole harness process tree that a process belongs to."""
    harness = []
    while process > 1:
        with open(f"/proc/{process}/stat") as stat:
            process = int(stat.read().rpartition(")")[2].split()[1])
        with open(f"/proc/{process}/cmdline") as command:
            if "harness" in command.read().split("\0"):
                harness.append(process)
    # The outermost first, so that none of them learns of the end of another.
    for each in reversed(harness):
        os.kill(each, signal.SIGKILL)


def go_to_the_background() -> None:
    """Continue as a daemon that is not ended with the step that started it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork():
        os._exit(0)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)


def main() -> None:
    """Kill the harness that started this process, or the one that asks for it."""
    if not sys.argv[1:]:
        kill_harness(os.getpid())
        return
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(DEADLINE_SECONDS)
    with open(sys.argv[1], "w") as file:
        file.write(str(listener.getsockname()[1]))
    go_to_the_background()
    asks, _ = listener.accept()
    asks.settimeout(DEADLINE_SECONDS)
    kill_harness(int(b"".join(iter(lambda: asks.recv(16), b""))))


if __name__ == "__main__":
    main()
