"""The address of the package index, from the settings of uv and pip."""

from pathlib import Path

import pytest

from harness.environments.index_urls import index_urls
from harness.environments.index_urls import PYPI
from harness.records.files import text_if_there

HOME = {"HOME": "/home/me"}
UV, PIP = "/home/me/.config/uv/uv.toml", "/home/me/.config/pip/pip.conf"


@pytest.mark.parametrize(
    ("environ", "files", "found"),
    [
        ({}, {}, [PYPI]),
        ({"UV_DEFAULT_INDEX": "https://a/simple"}, {}, ["https://a/simple"]),
        ({"UV_DEFAULT_INDEX": "ours=https://a/s?x=y"}, {}, ["https://a/s?x=y"]),
        ({"UV_INDEX_URL": "https://a"}, {}, ["https://a"]),
        ({"UV_INDEX": "b=https://b c=https://c"}, {}, ["https://b", "https://c", PYPI]),
        ({"UV_EXTRA_INDEX_URL": "https://b"}, {}, ["https://b", PYPI]),
        ({"PIP_INDEX_URL": "https://p"}, {}, ["https://p"]),
        ({"PIP_EXTRA_INDEX_URL": "https://q"}, {}, [PYPI, "https://q"]),
        (
            {"UV_DEFAULT_INDEX": "https://a", "PIP_INDEX_URL": "https://p"},
            {},
            ["https://a"],
        ),
        ({}, {UV: 'index-url = "https://a"'}, ["https://a"]),
        (
            {},
            {
                UV: '[[index]]\nurl = "https://b"\n'
                '[[index]]\nurl = "https://a"\ndefault = true\n'
                '[[index]]\nname = "x"\nurl = "https://x"\nexplicit = true\n'
            },
            ["https://b", "https://a"],
        ),
        ({"UV_DEFAULT_INDEX": "https://e"}, {UV: 'index-url = "https://a"'}, None),
        (
            {"UV_CONFIG_FILE": "/x/uv.toml"},
            {"/x/uv.toml": 'index-url = "https://x"', UV: 'index-url = "https://a"'},
            ["https://x"],
        ),
        ({}, {UV: "not [ TOML"}, [PYPI]),
        ({}, {PIP: "[global]\nindex-url = https://p\n"}, ["https://p"]),
        ({}, {"/etc/pip.conf": "[install]\nindex-url=https://p\n"}, ["https://p"]),
        ({}, {PIP: "no section"}, [PYPI]),
        (
            {"PIP_CONFIG_FILE": "/x/pip.conf"},
            {"/x/pip.conf": "[global]\nindex-url=https://x", PIP: "[global]\na=1"},
            ["https://x"],
        ),
        (
            {},
            {PIP: "[global]\nextra-index-url =\n  file:///opt/simple\n  https://q\n"},
            [PYPI, "https://q"],
        ),
        ({"UV_DEFAULT_INDEX": "file:///opt/simple"}, {}, [PYPI]),
    ],
)
def test_the_index_comes_from_the_settings_of_uv_and_pip(
    environ: dict[str, str], files: dict[str, str], found: list[str] | None
) -> None:
    urls = index_urls({**HOME, **environ}, lambda path: files.get(str(path), ""))
    assert urls == (found or [environ["UV_DEFAULT_INDEX"]])


def test_a_settings_file_that_cannot_be_read_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_bytes(b"\xff\xfe")
    assert text_if_there(tmp_path / "uv.toml") == ""
    assert text_if_there(tmp_path / "no" / "uv.toml") == ""
    assert text_if_there(tmp_path) == ""
