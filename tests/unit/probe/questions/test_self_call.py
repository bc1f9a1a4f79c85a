"""Which calls are stuck, judged from open holds and received answers."""

from typing import cast

from harness.probe.hold import Hold
from harness.probe.questions.self_call import count_stuck
from tests.builders.probe import MadeUpProbe


def test_a_call_whose_request_has_its_answer_is_not_stuck() -> None:
    """The probe may read the end of its hold after the answer."""
    probe, hold = MadeUpProbe(), cast(Hold, None)
    probe.holds.held = {"r1.0.out": hold, "r1.1.out": hold, "r1.2": hold}
    assert count_stuck(probe) == 2
    probe.batch.ended.add("r1.0")
    assert count_stuck(probe) == 1
