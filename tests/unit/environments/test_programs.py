"""Which words of a failed program's output give the reason."""

from pathlib import Path

from harness.environments.programs import tail


def test_the_reason_is_taken_from_the_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Building\nValueError: no\nerror: Failed\n  cause: it\n\nhint: go\n")
    assert tail(log) == "ValueError: no; error: Failed; cause: it; hint: go"
    log.write_text("one\n\ntwo\n")
    assert tail(log) == "one; two"
    log.write_text("")
    assert tail(log) == "it printed nothing"
