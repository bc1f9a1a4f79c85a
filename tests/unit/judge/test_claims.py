"""A server's own claims about itself are compared with the measurement."""

import pytest

from harness.judge.claims import claims_fault
from harness.records.evidence import Claims
from harness.records.rounds import Round
from tests.samples.make import offer


def seen(processes: int, threads: int) -> list[Round]:
    return [offer(1, 1), offer(8, 8, (processes, threads))]


@pytest.mark.parametrize("multithread", [True, False])
@pytest.mark.parametrize("multiprocess", [True, False])
@pytest.mark.parametrize(("processes", "threads"), [(1, 1), (1, 8), (8, 1), (2, 4)])
def test_only_a_false_denial_is_a_fault(
    multithread: bool, multiprocess: bool, processes: int, threads: int
) -> None:
    claims = Claims(multithread=multithread, multiprocess=multiprocess)
    fault = claims_fault(claims, seen(processes, threads))
    assert ("wsgi.multithread is False" in fault) is (threads > 1 and not multithread)
    assert ("wsgi.multiprocess is False" in fault) is (
        processes > 1 and not multiprocess
    )
    assert ("; " in fault) is (fault.count("False") == 2)


def test_a_false_claim_is_reported_with_the_numbers() -> None:
    fault = claims_fault(Claims(multithread=False, multiprocess=False), seen(2, 4))
    assert fault == (
        "it tells the app that wsgi.multithread is False, yet 4 requests were in one "
        "process at once; it tells the app that wsgi.multiprocess is False, yet 2 "
        "processes had requests at once"
    )


def test_without_a_claim_or_a_measurement_there_is_no_fault() -> None:
    assert claims_fault(None, seen(2, 4)) == ""
    assert claims_fault(Claims(multithread=False, multiprocess=False), []) == ""
