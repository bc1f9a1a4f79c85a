"""Process 1 of a PID namespace is told from processes without their own namespace."""

import os
import shutil
import subprocess

import psutil
import pytest

from harness.system.proc import process_one

IN_A_NAMESPACE = "unshare", "--pid", "--fork", "--kill-child"


def test_no_process_here_is_process_one_of_a_namespace() -> None:
    assert process_one([os.getpid(), os.getppid()]) is None
    assert process_one([2**22 + 1]) is None


def test_the_first_process_of_a_namespace_is_found() -> None:
    if not shutil.which("unshare"):
        pytest.skip("SKIPPED: there is no program `unshare`")
    if subprocess.run([*IN_A_NAMESPACE, "true"], check=False).returncode:
        pytest.skip("SKIPPED: this user may not make a PID namespace")
    words = [*IN_A_NAMESPACE, "sh", "-c", "cat; exit"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin and program.stdout
        program.stdin.write(b"started\n")
        program.stdin.flush()
        assert program.stdout.readline() == b"started\n"  # so both are there
        tree = [each.pid for each in psutil.Process(program.pid).children(True)]
        assert len(tree) == 2
        assert process_one([program.pid, *tree]) == tree[0]
        assert process_one([program.pid, tree[1]]) is None
        program.stdin.close()
        assert program.wait(timeout=30) == 0
