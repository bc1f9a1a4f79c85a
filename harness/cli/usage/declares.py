"""How ``declares`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.printing import printing
from harness.cli.usage.verb import Verb

CONTRADICTION = "contradiction"

PLATFORM = "platform"


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency declares",
        "flask-concurrency declares --processors 64",
        "flask-concurrency declares services/shop --fail-on contradiction",
    ),
    exit_codes=(
        ("0", "shown"),
        (
            "1",
            "what --fail-on names: places contradict each other, or a platform sends "
            "more than its app takes",
        ),
        ("2", "wrong usage"),
    ),
)
@click.argument("folder", type=shared.DIRECTORY, default=".", metavar="[FOLDER]")
@shared.number_option(
    "--processors", help="Also show each number for a machine with N processors."
)
@click.option(
    "--fail-on",
    type=click.Choice(["never", CONTRADICTION, PLATFORM]),
    default="never",
    metavar="WHAT",
    help="What makes this fail: never, contradiction, platform (it sends more than the "
    "app takes).",
)
@printing
def declares() -> None:
    """Show every place in a repository that declares a concurrency.

    Files are read and nothing is run: Procfile, Dockerfile, compose files,
    gunicorn.conf.py, files of uWSGI, supervisord and systemd, and scripts. Each number
    is compared with what the files of platforms send: Cloud Run, Knative, Fly, App
    Engine, App Runner, ECS, Azure, Heroku, Render, Railway, App Platform, Kubernetes,
    Nomad, nginx and HAProxy; also as Terraform, Bicep or CloudFormation.
    """
