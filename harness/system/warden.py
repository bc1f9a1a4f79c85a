"""Runs one command, and lets nothing of its process tree survive.

Run with ``-I -S`` (no site, no environment) as a process of its own between the harness
and a command (see ``program.py``). Its arguments are
``CWD M [FOLDER ...] N [REMOVE ...] COMMAND [ARGUMENT ...]``. The N words of REMOVE are
a command to run when everything is killed: it removes what the processes had others
start, such as the containers of an engine. The M folders are removed as well if the
harness was killed.

Rule 1: standard input is a lifeline. When it ends, because the harness closed it, was
interrupted or was killed with SIGKILL, every descendant is killed, then the warden
ends. Rule 2: the harness makes the warden a child subreaper (Linux) before it starts,
so a descendant that daemonizes becomes a child of the warden and cannot escape.
Elsewhere the process group of the command is what can be reached. Rule 3: a process
that the harness has stopped goes on, even if the harness can no longer see to that.
Before the harness stops a process it writes a line ``SECONDS`` to the lifeline: after
so many seconds every descendant is continued, unless another line comes before; ``0``
calls that off. Rule 4: before it closes the lifeline the harness writes a line
``closed``. Without it the harness was killed, and there is nobody else to remove its
folders. Rule 5: semaphores that the killed processes had open are removed.

Standard output carries lines to the harness: ``started PID``, ``failed ERRNO`` (the
command could not be executed), ``refused ERRNO`` (the system gave no process for it),
``exited STATUS`` (negative: the signal that ended it), ``left STATUS`` (of REMOVE, when
that failed).
Standard error is the log; the command's output goes there.
"""

import os
import select
import signal
import sys
import time

CLOSED = b"closed"

REMOVE_SECONDS = 60
"""How long REMOVE may take."""


def say(*words: object) -> None:
    """Send one line to the harness, which may already be gone."""
    try:
        os.write(1, (" ".join(map(str, words)) + "\n").encode())
    except OSError:
        pass


def children(process: int) -> list[int]:
    """The direct children of a process; empty if the system does not say."""
    processes: list[int] = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            # Without buffering and decoding: this is read thousands of times a minute.
            file = os.open(f"/proc/{process}/task/{task}/children", os.O_RDONLY)
            try:
                while data := os.read(file, 1 << 16):
                    processes += map(int, data.split())
            finally:
                os.close(file)
    except OSError:
        pass
    return processes


def descendants(process: int) -> list[int]:
    """All processes below one."""
    processes: list[int] = []
    pending = children(process)
    while pending:
        child = pending.pop()
        processes.append(child)
        pending += children(child)
    return processes


def send(process: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a process, or with a negative number to a process group.

    Gone is fine.
    """
    try:
        os.kill(process, number)
    except OSError:
        pass


def let_all_go_on() -> None:
    """Continue every descendant that is stopped."""
    for process in descendants(os.getpid()):
        send(process, signal.SIGCONT)


def leave_nothing(command: int) -> None:
    """Kill every descendant, reap them, and repeat until there is no child left.

    Then their semaphores are removed.
    """
    # Imported here: a warden that could start nothing needs none of it.
    from harness.system import semaphores

    opened = semaphores.opened(descendants(os.getpid()))
    while True:
        for process in descendants(os.getpid()) or [-command]:
            send(process)
        try:
            # Returns when any child has ended. A child that was forked meanwhile is
            # ours by then, and the next iteration finds it.
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    for path in opened:
        try:
            os.unlink(path)
        except OSError:
            pass  # it was removed by a process of their own


def execute(cwd: str, command: list[str], failure: int) -> None:
    """Become the command, in a session of its own; only returns by ending."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(2, 1)
        os.chdir(cwd)
        os.execvp(command[0], command)
    except OSError as error:
        os.write(failure, str(error.errno).encode())
    finally:
        os._exit(127)


def spawn(cwd: str, command: list[str]) -> int:
    """Start the command; report that, or the errno with which it failed."""
    read, write = os.pipe()  # close-on-exec: its end says that the command runs
    pid = os.fork()
    if pid == 0:
        execute(cwd, command, write)
    os.close(write)
    errno = os.read(read, 16)
    os.close(read)
    if errno:
        say("failed", errno.decode())
    else:
        say("started", pid)
    return pid


def reap(command: int) -> None:
    """Record every child that has ended, orphans included."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid == command:
            say("exited", os.waitstatus_to_exitcode(status))


def run_remove(cwd: str, remove: list[str]) -> None:
    """Run REMOVE, for what the processes made others start; report a failure."""
    pid = os.fork()
    if pid == 0:
        read, write = os.pipe()
        execute(cwd, remove, write)
    signal.signal(signal.SIGALRM, lambda *_: send(pid))
    signal.alarm(REMOVE_SECONDS)
    _, status = os.waitpid(pid, 0)
    signal.alarm(0)
    leave_nothing(pid)  # what REMOVE itself started
    if status:
        say("left", os.waitstatus_to_exitcode(status))


def counted(words: list[str]) -> tuple[list[str], list[str]]:
    """Split off as many words as the first word says, and return the rest too."""
    count = 1 + int(words[0])
    return words[1:count], words[count:]


def main() -> None:
    """Watch over one command until the lifeline ends."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    os.set_blocking(read, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    cwd, *rest = sys.argv[1:]
    folders, rest = counted(rest)
    remove, words = counted(rest)
    is_closed = False
    try:
        command = spawn(cwd, words)
    except OSError as error:
        say("refused", error.errno)
        return
    going_on: float | None = None
    while True:
        now = time.monotonic()
        if going_on is not None and now >= going_on:
            let_all_go_on()
            going_on = None
        wait = None if going_on is None else going_on - now
        ready, _, _ = select.select([0, read], [], [], wait)
        if 0 in ready:
            lines = os.read(0, 4096)
            if not lines:
                break  # the harness has closed the lifeline, or is gone
            *_, last = lines.split()
            if last == CLOSED:
                is_closed = True
                continue
            seconds = float(last)
            going_on = time.monotonic() + seconds if seconds else None
        if read in ready:
            numbers = os.read(read, 1024)
            if signal.SIGTERM in numbers or signal.SIGINT in numbers:
                is_closed = True  # the harness may be well
                break
            reap(command)
    leave_nothing(command)
    if remove:
        run_remove(cwd, remove)
    if not is_closed:
        # Imported here: it takes as long as all the others, and is rarely needed.
        import shutil

        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
