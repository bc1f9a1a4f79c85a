"""Any value in a file of deployments is read, or refused with a clear error."""

from pathlib import Path

import pytest

from harness.deployment.config import Deployment
from harness.deployment.load import load
from harness.records.errors import UsageError

KEYS = [name.replace("_", "-") for name in Deployment.__struct_fields__]

VALUES = (
    *("true", "0", "-1", "1.5", "nan", "1979-05-27", "07:32:00", '""', '" "', '"\\n"'),
    *("[]", "{}", "[[]]", '["a", 1]', "{ a = { b = [1] } }", '{ "" = "" }'),
    *('"/etc/passwd"', '"../../x"', '"/dev/zero"', '"{0}"', '"{"', '"\\u202e"'),
    *('"\\u0000"', "9" * 30, "9" * 5000, f'"{"x" * 100_000}"', "[" * 3000 + "]" * 3000),
)


@pytest.mark.parametrize("key", KEYS)
def test_an_odd_value_is_read_or_clearly_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "concurrency.toml"
    good = {"name": '"web"', "command": '"gunicorn shop:app"'}
    for value in VALUES:
        lines = [f"{name} = {each}" for name, each in {**good, key: value}.items()]
        path.write_text("\n".join(["[[deployment]]", *lines]))
        try:
            assert load(path).deployments
        except UsageError as problem:
            for each in map(str, problem.args):
                assert each.startswith(f"{path}: "), value[:50]
                assert (
                    key in each
                    or "not TOML" in each
                    or "line " in each
                    or ("nested too deep" in each or "write exactly one" in each)
                ), each
                assert len(each) < 1500 and "Traceback" not in each


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"\x00", b"[[deployment]]\nname = '\x80'", b"\xef\xbb\xbf"]
)
def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "concurrency.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"^{path}: "):
        load(path)
