"""Remedies that name keys of a file name options if there is no file."""

import pytest

from harness.deployment.options import as_options
from harness.deployment.options import IN_A_FILE


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("say how many: declared = 8", "say how many: --declared 8"),
        ('declared = "unbounded"; or', "--declared unbounded; or"),
        ("write `declared = 4`", "write `--declared 4`"),
        ("write it as `at-least`: it", "write it as `--at-least`: it"),
        ('build it: command = "docker run x"', 'build it: --command "docker run x"'),
        (
            'give it that port: env = { PORT = "{port}" }',
            f'give it that port: env = {{ PORT = "{{port}}" }}{IN_A_FILE}',
        ),
        ('write below = "/shop"; or', f'write below = "/shop"{IN_A_FILE}; or'),
        ("allow it by keep-mounts", f"allow it by keep-mounts{IN_A_FILE}"),
        (
            'headers = { A = "b" }; headers = { C = "d" }',
            f'headers = {{ A = "b" }}{IN_A_FILE}; headers = {{ C = "d" }}',
        ),
    ],
)
def test_a_key_is_an_option_or_is_written_in_a_file(key: str, said: str) -> None:
    assert as_options(key) == said


@pytest.mark.parametrize(
    "text", ["write `worker_connections = 4`", "env -i", "getenv = 4", "it is ready"]
)
def test_other_words_are_unchanged(text: str) -> None:
    assert as_options(text) == text
