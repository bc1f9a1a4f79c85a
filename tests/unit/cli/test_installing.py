"""Messages while something is being installed."""

import threading

import pytest

from harness.cli.installing import installing


def test_a_log_gets_its_first_line_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with installing("installing requirements.txt"):
        before = capsys.readouterr()
    assert before.err == "flask-concurrency: installing requirements.txt\n"
    assert before.out == capsys.readouterr().err == ""


def test_a_log_gets_another_line_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    several = threading.Event()

    def say(words: str) -> None:
        lines.append(words)
        if len(lines) == 3:
            several.set()

    monkeypatch.setattr("harness.cli.installing.say", say)
    with installing("installing a", again_seconds=0.01):
        assert several.wait(60)
    assert lines[:3] == [
        "installing a",
        "still installing a, for 0.01 s now",
        "still installing a, for 0.02 s now",
    ]
    assert threading.active_count() == 1 or not any(
        "repeat" in thread.name for thread in threading.enumerate()
    )


def test_an_error_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), installing("installing a"):
        raise KeyboardInterrupt
    assert not any("repeat" in thread.name for thread in threading.enumerate())
