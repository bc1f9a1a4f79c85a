"""Finds out what this machine can do, and what to install for the rest."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

from harness.records.choices import DEFAULT_LIMIT
from harness.records.text import plural
from harness.system import schedstat
from harness.system.command import output
from harness.system.machine import most_requests
from harness.system.processors import processors
from harness.system.pythons import pythons
from harness.system.pythons import uv

ENGINE_SECONDS = 20.0
"""Deadline for each program that is asked for its release."""

ENGINE = "{{.Server.Version}}{{range .Server.Components}} {{.Name}}{{end}}"
"""The client's format for the engine's release and the names of its parts."""


class Ability(NamedTuple):
    """One ability that this machine may have."""

    name: str
    here: str
    """What provides the ability on this machine; empty if it is missing."""
    for_what: str
    install: str = ""
    """What to install or change if it is missing."""


def abilities() -> list[Ability]:
    """All abilities that matter to measuring, the most important first."""
    return [*_machine(), *_programs()]


def _machine() -> Iterator[Ability]:
    yield Ability("processors", str(processors()), "measuring side by side")
    yield Ability("Pythons", ", ".join(pythons()), "measuring with another --python")
    most = most_requests()
    yield Ability(
        "open files",
        f"enough for {plural(most, 'request')} at once"
        if most >= DEFAULT_LIMIT
        else "",
        f"{DEFAULT_LIMIT} requests at once, and more",
        "raise the limit: `ulimit -Hn 65536`",
    )
    yield Ability(
        "schedstat",
        "counted by the kernel" if schedstat.is_counted() else "",
        "telling quickly and reliably that a server is quiet",
        "measure on Linux, with a kernel that counts it (CONFIG_SCHED_INFO)",
    )


def _programs() -> Iterator[Ability]:
    yield Ability(
        "uv", uv() or "", "installing ten times as fast", "pip install 'nox[uv]'"
    )
    for name, for_what, install in (
        ("git", "releases from git references", "apt-get install git"),
        ("nginx", "cells behind a proxy", "apt-get install nginx-light"),
    ):
        yield Ability(name, shutil.which(name) or "", for_what, install)
    yield Ability(
        "container engine",
        _engine(),
        "deployments in containers",
        "install Docker 20.10 or newer, and start it",
    )
    yield Ability(
        "apache2",
        shutil.which("apache2") or shutil.which("httpd") or "",
        "Apache with mod_wsgi",
        "apt-get install apache2-dev",
    )


def _engine() -> str:
    """The Docker engine that answers; empty if none does, or only Podman."""
    if shutil.which("docker") is None:
        return ""
    done = output(["docker", "version", "--format", ENGINE], seconds=ENGINE_SECONDS)
    release, *parts = done.text.split() or [""]
    is_docker = done.status == 0 and "Podman" not in parts
    return f"docker {release}" if is_docker and release else ""


def first_missing(every: list[Ability]) -> Ability | None:
    """The most important ability that is missing; ``None`` if none is."""
    return next((each for each in every if not each.here), None)
