"""What a machine may run out of or lack, by error number, and how a user mends that."""

from __future__ import annotations

import errno

EXHAUSTED = {
    errno.ENOSPC: "make room where output, results and temporary files are written",
    errno.EDQUOT: "make room where output, results and temporary files are written",
    errno.EFBIG: "raise `ulimit -f`",
    errno.EMFILE: "raise `ulimit -n`",
    errno.ENFILE: "close some programs, or raise fs.file-max",
    errno.ENOMEM: "free some memory, or raise `ulimit -v`",
    errno.EAGAIN: "raise `ulimit -u`, or end some processes",
    errno.EIO: "look at the disk or the terminal",
    errno.ENETUNREACH: "bring up the loopback interface: `ip link set lo up`",
    errno.EADDRNOTAVAIL: "wait until connections of other programs have ended",
}
"""Remedies, by error number."""
