"""A server that has the harness killed, all of it, as running out of memory would.

No signal of a deployment reaches the harness, where the kernel can keep them in. So it
is the ``executioner`` that does it, when this connects and says who asks.
"""

import os
import socket

with open("executioner.port") as file:
    address = ("127.0.0.1", int(file.read()))
with socket.create_connection(address) as executioner:
    executioner.sendall(b"%d" % os.getpid())
    executioner.shutdown(socket.SHUT_WR)
    executioner.recv(1)
