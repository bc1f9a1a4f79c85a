"""Whatever goes wrong in a server becomes an outcome, and leaves no process behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.judge.verdict import verdict_on
from harness.measure import app
from harness.measure import start
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.measure.target import TARGET
from harness.probe.hold import Hold
from harness.probe.holds import Holds
from harness.probe.loads import ROUNDS_IN_VAIN
from harness.records.evidence import CellEvidence
from harness.records.numbers import contradiction
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.system.ports import free_port
from harness.system.process import running
from harness.system.spawn import Command
from tests.live.commands import control
from tests.live.commands import odd
from tests.live.commands import planned
from tests.live.conftest import Measure
from tests.live.load import busy_loops

ROOT = Path(__file__).parents[3]


def test_a_missing_command_is_not_started(measure: Measure) -> None:
    evidence = measure(("no-such-server", "{port}"), declared=1)
    assert evidence.outcome is Outcome.NOT_STARTED
    assert evidence.reason == (
        "cannot execute no-such-server: No such file or directory"
    )


def test_a_server_that_exits_at_once_is_not_started(measure: Measure) -> None:
    evidence = measure(odd("exits"), declared=1)
    assert evidence.outcome is Outcome.NOT_STARTED
    assert evidence.reason == "the server exited with status 3 before it answered"
    assert evidence.log_tail == "no configuration, giving up\n"


def test_a_server_that_never_answers_is_not_answering(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By then it must listen, even if the machine is overloaded.
    monkeypatch.setattr(app, "READY_SECONDS", 6.0)
    evidence = measure(odd("silent"), declared=1)
    assert evidence.outcome is Outcome.NOT_ANSWERING
    assert evidence.reason == "it accepted a connection and never answered"


def test_a_busy_machine_gives_a_server_more_time(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It needs some 0.3 s of processor time until it answers, and gets a tenth.
    monkeypatch.setattr(app, "READY_SECONDS", 1.0)
    with busy_loops(10 * (os.cpu_count() or 1), own_sessions=True):
        evidence = measure(control(2, 1), declared=2)
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")


def test_a_server_that_never_listens_is_not_answering(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "READY_SECONDS", 1.0)
    command = ("{python}", "-c", "import signal; signal.pause()")
    evidence = measure(command, declared=1)
    assert evidence.outcome is Outcome.NOT_ANSWERING
    assert evidence.reason == "nobody listened on its port"


def test_a_server_that_answers_500_is_not_answering(measure: Measure) -> None:
    evidence = measure(odd("errors"), declared=1)
    assert evidence.outcome is Outcome.NOT_ANSWERING
    assert evidence.reason == "it answered 500 instead of the app's own answer"


def test_a_server_may_answer_503_until_it_is_ready(measure: Measure) -> None:
    evidence = measure(odd("warms-up"), declared=2)
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")
    assert evidence.start_seconds > 2


def test_another_program_on_the_port_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one that has the port is of the same kind; only the token tells them apart.
    port = free_port("127.0.0.1")
    monkeypatch.setattr(start, "free_ports", lambda host, count: [port])
    command = [sys.executable, str(TARGET / "control.py"), "--host"]
    command += ["127.0.0.1", "--port", str(port)]

    async def occupied() -> None:
        log = Path(os.devnull)
        async with running(Command(command, os.environ, ROOT, log)):
            address = ("127.0.0.1", port)
            while True:
                try:
                    _, writer = await asyncio.open_connection(*address)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.01)
                    continue
                writer.close()
                break
            seen.append(
                await measure_cell(Bench(Path(sys.executable), 4, tmp_path), cell)
            )

    seen: list[CellEvidence] = []
    cell = planned(
        "{python}", "-c", "import signal; signal.pause()", "{port}", declared=1
    )
    asyncio.run(occupied())
    assert seen[0].outcome is Outcome.NOT_ANSWERING
    assert seen[0].reason == "another server answered on its port"


def test_a_server_that_prints_ten_megabytes_is_measured(measure: Measure) -> None:
    evidence = measure(odd("loud"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    assert max(round_.admitted for round_ in evidence.rounds) == 2


def test_a_server_that_dies_in_a_round_has_the_outcome_died(measure: Measure) -> None:
    evidence = measure(odd("dies"), declared=2)
    assert evidence.outcome is Outcome.DIED
    assert evidence.reason.startswith("the server exited with status 7 after ")
    assert evidence.rounds, "what was measured before is kept"


@pytest.mark.parametrize("way", ["stubborn", "parent"])
def test_a_server_that_ignores_signals_is_killed(measure: Measure, way: str) -> None:
    evidence = measure(odd(way), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    assert {round_.admitted for round_ in evidence.rounds if round_.offered >= 2} == {2}


def test_broken_holds_are_not_counted(measure: Measure) -> None:
    evidence = measure(odd("breaks"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    for round_ in evidence.rounds:
        assert round_.broken == round_.account.reset == round_.asked
    # Requests seen before a broken hold was noticed are not counted.
    assert verdict_on(evidence, 64)[0] is Verdict.UNKNOWN


def test_invented_requests_are_a_contradiction(measure: Measure) -> None:
    evidence = measure(odd("invents"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    assert all(round_.peak <= round_.offered for round_ in evidence.rounds)
    words = contradiction(evidence.rounds)
    assert words is not None
    assert words.startswith(
        "50 requests more than the 1 that were offered said that they were in the app"
    )


def test_answers_from_anything_but_the_app_are_not_counted(measure: Measure) -> None:
    evidence = measure(odd("answers-first"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    word, why = verdict_on(evidence, 64)
    assert word is Verdict.UNKNOWN
    assert "got an answer before the app was done with" in why


def test_requests_that_never_reach_the_app_are_not_counted(measure: Measure) -> None:
    evidence = measure(odd("keeps"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    assert len(evidence.rounds) == ROUNDS_IN_VAIN
    word, why = verdict_on(evidence, 64)
    assert word is Verdict.UNKNOWN
    assert "none of the probe's requests got into it" in why


def test_nonsense_sent_to_the_probe_changes_nothing(
    measure: Measure, capfd: pytest.CaptureFixture[str]
) -> None:
    evidence = measure(odd("babbles"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    # Nonsense in the name of a request with the token right is an invention.
    assert {each.admitted for each in evidence.rounds if each.offered >= 2} == {2}
    assert "Traceback" not in capfd.readouterr().err


def test_an_exception_in_a_callback_affects_one_cell(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(holds: Holds, hold: Hold) -> None:
        raise TypeError("not like this")

    monkeypatch.setattr(Holds, "introduced", stumble)
    evidence = measure(odd("loud"), declared=2)
    assert evidence.outcome is Outcome.HARNESS_FAILED
    assert evidence.reason == (
        "the probe came upon something unexpected: TypeError: not like this"
    )
    assert "in stumble" in evidence.log_tail


HARNESS = """
import asyncio, sys
from pathlib import Path
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from tests.live.commands import odd, planned
cell = planned(*odd(sys.argv[1]), declared=2)
asyncio.run(measure_cell(Bench(Path(sys.executable), 64, Path(sys.argv[2])), cell))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("way", ["silent", "stubborn", "parent", "restless"])
def test_nothing_is_left_when_the_harness_is_ended(
    tmp_path: Path, way: str, number: signal.Signals
) -> None:
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, way, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    tree = psutil.Process(harness.pid)
    while not any("odd_server.py" in " ".join(p.cmdline()) for p in _below(tree)):
        assert harness.poll() is None, "the harness ended before its server was up"
    below = _below(tree)
    harness.send_signal(number)
    harness.wait(20)
    # The warden notices a moment later that its pipe was closed.
    _, alive = psutil.wait_procs(below, timeout=20)
    assert not alive


def _below(process: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in process.children(recursive=True):
        try:
            child.cmdline()
        except psutil.Error:
            continue
        found.append(child)
    return found
