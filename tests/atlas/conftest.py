"""Sites that several tests read; each is built once."""

import pytest

from tests.builders.atlas import atlas_of
from tests.builders.atlas import built
from tests.builders.atlas import catalog_evidence
from tests.builders.atlas import hostile
from tests.builders.atlas import sample

URL = "https://example.org/atlas/"


@pytest.fixture(scope="session")
def whole_site() -> dict[str, bytes]:
    """The site of the whole_site catalog, with some histories and answers."""
    others = sample("history", "questions", "failures")
    return built(atlas_of([*catalog_evidence(), *others]), URL)


@pytest.fixture(scope="session")
def hostile_site() -> dict[str, bytes]:
    """The site of texts that try to break out, in every field."""
    names = ("story", "questions", "failures", "history", "hostile")
    return built(atlas_of([hostile(each) for each in sample(*names)]))
