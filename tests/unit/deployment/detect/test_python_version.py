"""The Python version of an app is found in the files that name one."""

from pathlib import Path

import pytest

from harness.deployment.detect.python_version import named_python

BUILT = """\
ARG VERSION=3.12
FROM node:20 AS pages
FROM python:${VERSION}-slim AS base
RUN true
FROM base
CMD ["gunicorn", "a:a"]
"""


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("python:3.9", "3.9"),
        ("python:3.13.1-slim-bookworm", "3.13"),
        ("--platform=linux/amd64 python:3.10-alpine AS web", "3.10"),
        ("public.ecr.aws/docker/library/python:3.11@sha256:3.7", "3.11"),
        ("tiangolo/uwsgi-nginx-flask:python3.8", "3.8"),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm", "3.12"),
        ("registry.access.redhat.com/ubi9/python-312", "3.12"),
        ("python", None),
        ("python:3", None),
        ("python:2.7", None),
        ("pypy:3.10", None),
        ("debian:3.11", None),
        ("acme/python-app:3.1", None),
    ],
)
def test_the_version_is_read_from_a_dockerfiles_image(
    tmp_path: Path, image: str, release: str | None
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nCMD gunicorn a:a\n")
    named = named_python(tmp_path, "Dockerfile")
    assert (named.release if named else None) == release


def test_the_last_stage_decides(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BUILT)
    assert named_python(tmp_path, None) == ("3.12", tmp_path / "Dockerfile")


@pytest.mark.parametrize(
    ("name", "text", "release"),
    [
        (".python-version", "3.11.4\n", "3.11"),
        (".python-version", "# of uv\ncpython-3.12.1-linux\n", "3.12"),
        (".python-version", "pypy3.10-7.3\n", None),
        (".python-version", "shop\n", None),
        ("runtime.txt", "python-3.9.18\n", "3.9"),
        ("runtime.txt", "nodejs-3.9\n", None),
    ],
)
def test_the_version_is_read_from_files_about_python(
    tmp_path: Path, name: str, text: str, release: str | None
) -> None:
    (tmp_path / name).write_text(text)
    named = named_python(tmp_path, None)
    assert named == ((release, tmp_path / name) if release else None)


@pytest.mark.parametrize(
    ("dockerfile", "release"), [(None, "3.11"), ("Dockerfile", "3.12")]
)
def test_the_file_that_starts_the_app_decides(
    tmp_path: Path, dockerfile: str | None, release: str
) -> None:
    (tmp_path / "Dockerfile").write_text(BUILT)
    (tmp_path / "runtime.txt").write_text("python-3.11.4\n")
    named = named_python(tmp_path, dockerfile)
    assert named is not None and named.release == release


def test_an_unreadable_dockerfile_names_no_version(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.9\nENV A='b C=d\n")
    assert named_python(tmp_path, None) is None
