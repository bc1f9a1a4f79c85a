"""A server that has the whole harness process tree killed, as the kernel's OOM killer
would.

No signal from a deployment reaches the harness where the kernel can confine them. So
this server connects to the ``executioner``, sends its process id, and that process does
the killing.
"""

import os
import socket

with open("executioner.port") as file:
    address = ("127.0.0.1", int(file.read()))
with socket.create_connection(address) as executioner:
    executioner.sendall(b"%d" % os.getpid())
    executioner.shutdown(socket.SHUT_WR)
    executioner.recv(1)
