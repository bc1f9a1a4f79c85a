"""Ends this process in an orderly way when it is told to end, or its parent is gone.

Both become an interrupt, as from the keyboard, so that running commands are stopped,
temporary folders are removed, and what was measured by then is reported.
"""

import os
import signal
import threading
import time

OF_NOX = "NOX_CURRENT_SESSION"
"""Variable that nox sets for the commands it runs; see nox's ``sessions.py``."""

LOOK_SECONDS = 0.5
"""Seconds between two looks at whether nox is still there."""


def interrupt_when_told_to_end() -> None:
    """Treat SIGTERM, SIGHUP and SIGQUIT as an interrupt.

    An ignored signal stays ignored, and a second SIGQUIT ends the process at once.
    """
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, _: object) -> None:
    """Interrupt this process, even if a shell made it ignore the keyboard.

    That is what shells do with a command that a script starts in the background.
    """
    if number == signal.SIGQUIT:
        signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def end_undisturbed() -> None:
    """Ignore signals that would interrupt the last steps of an ending process.

    So pressing Ctrl-C twice gives the same exit code as once.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def interrupt_when_nox_ends() -> None:
    """Interrupt this process when the nox that started it is gone, if nox did.

    A supervisor that ends nox does not know of this process. A process started by hand
    may well outlive its parent, such as a shell.
    """
    if OF_NOX in os.environ:
        watch = threading.Thread(target=_watch, args=(os.getppid(),), daemon=True)
        watch.start()


def _watch(parent: int) -> None:
    # Not PR_SET_PDEATHSIG: only Linux has it, and it is about a thread of the parent.
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
