"""A server that kills the harness, all of it, as running out of memory would."""

import os
import signal

process = os.getpid()
harness = []
while process > 1:
    with open(f"/proc/{process}/stat") as file:
        process = int(file.read().rpartition(")")[2].split()[1])
    with open(f"/proc/{process}/cmdline") as file:
        if "harness" in file.read().split("\0"):
            harness.append(process)
# The outermost first, so that none of them learns of the end of another.
for process in reversed(harness):
    os.kill(process, signal.SIGKILL)
