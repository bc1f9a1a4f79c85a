"""``docs/servers.md`` matches the catalog and has all of it."""

from docs.make import servers
from docs.make.blocks import block
from docs.make.blocks import README
from tests.builders.catalogs import REAL


def test_the_page_is_current() -> None:
    assert servers.PAGE.read_text() == servers.page(REAL, servers.read()), (
        "write it again: nox -s docs"
    )


def test_the_readme_lists_the_catalog() -> None:
    assert block(README, "servers") == servers.listed(REAL)


def test_the_page_has_every_configuration_once() -> None:
    text = servers.PAGE.read_text()
    for server in REAL.servers:
        section = text.partition(f"\n## {server.title}\n")[2].partition("\n## ")[0]
        for configuration in server.configuration:
            assert section.count(f"\n| `{configuration.id}` | ") == 1


def test_every_configuration_has_a_number_or_a_reason() -> None:
    measured = {
        (key.rpartition("/")[0], key.rpartition("/")[2]): seen
        for key, seen in servers.read().cells.items()
    }
    for server in REAL.servers:
        for configuration in server.configuration:
            found = [
                seen
                for (release, name), seen in measured.items()
                if release.startswith(f"{server.name}-") and name == configuration.id
            ]
            assert found, (
                f"{server.name} {configuration.id} is not in docs/servers.json"
            )
            assert all(each.number or each.reason for each in found)
