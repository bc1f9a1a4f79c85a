"""The reference sections: commands, environments, versions."""

from harness.records.words import Outcome
from tests.builders.rendered import behind_nginx
from tests.builders.rendered import page


def test_both_commands_of_a_chain_are_shown() -> None:
    command = ("nginx", "-p", "a folder")
    text = page(behind_nginx(Outcome.MEASURED, version="1.2", command=command))
    assert "nginx → gunicorn 27.0.1" in text
    assert "behind nginx 1.2:" in text
    assert "nginx -p 'a folder'\ngunicorn nginx-sync-4\n" in text


def test_the_version_output_of_a_proxy_is_escaped() -> None:
    version = "<b>1</b>|`\n# x"
    report = behind_nginx(Outcome.MEASURED, version=version, command=("```\n<b>x",))
    text = page(report)
    assert "<b>1" not in text
    assert "\n# x" not in text
    assert "````" in text
