"""The matrix of a site with hardly any cells."""

import msgspec

from harness.site.matrix import view
from harness.site.pages import build_site
from tests.builders.atlas import atlas_of
from tests.builders.atlas import sample


def test_evidence_without_a_cell_makes_a_site() -> None:
    (evidence, *_) = sample("story")
    atlas = atlas_of([msgspec.structs.replace(evidence, cells=())])
    assert view(atlas, []).groups == ()
    assert "index.html" in {file.path for file in build_site(atlas, {})}
