"""Waits in the background for a server that asks for it, and then kills the harness
that started that server, all of it. Ends then, or after its deadline."""

import os
import signal
import socket
import sys

DEADLINE_SECONDS = 300.0

listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(DEADLINE_SECONDS)
with open(sys.argv[1], "w") as file:
    file.write(str(listener.getsockname()[1]))
# The terminal of a step is hung up at its end.
signal.signal(signal.SIGHUP, signal.SIG_IGN)
if os.fork():
    os._exit(0)
os.setsid()
nothing = os.open(os.devnull, os.O_RDWR)
for stream in range(3):
    os.dup2(nothing, stream)

asks, _ = listener.accept()
asks.settimeout(DEADLINE_SECONDS)
process = int(b"".join(iter(lambda: asks.recv(16), b"")))
harness = []
while process > 1:
    with open(f"/proc/{process}/stat") as stat:
        process = int(stat.read().rpartition(")")[2].split()[1])
    with open(f"/proc/{process}/cmdline") as command:
        if "harness" in command.read().split("\0"):
            harness.append(process)
# The outermost first, so that none of them learns of the end of another.
for process in reversed(harness):
    os.kill(process, signal.SIGKILL)
