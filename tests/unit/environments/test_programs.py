"""What a program that failed has said."""

from pathlib import Path

from harness.environments.programs import tail


def test_what_a_command_said_went_wrong(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Building\nValueError: no\nerror: Failed\n  cause: it\n\nhint: go\n")
    assert tail(log) == "ValueError: no; error: Failed; cause: it; hint: go"
    log.write_text("one\n\ntwo\n")
    assert tail(log) == "one; two"
    log.write_text("")
    assert tail(log) == "it printed nothing"
