"""Places inside an app: by name, or written as module:attribute."""

import msgspec
import pytest

from harness.deployment.app.hold_places import named_places
from harness.deployment.app.hold_places import places_of
from harness.deployment.app.hold_places import VARIABLE
from harness.deployment.app.hold_places import variable
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.records.places import When

SHOP = Deployment(name="shop", command="gunicorn shop:app", route="/orders/1")


def holding(*places: str) -> Deployment:
    return msgspec.structs.replace(SHOP, hold_at=places)


def test_a_place_is_written_as_module_and_attribute() -> None:
    (place,) = places_of(holding("shop.store:Store.check_out"))
    assert (place.at, place.when) == (("shop.store:Store.check_out",), When.BEFORE)


def test_a_known_name_stands_for_its_places() -> None:
    (place,) = places_of(holding("redis"))
    assert place.when is When.AFTER
    assert variable((place,)) == {
        VARIABLE: "redis\tredis.connection:ConnectionPool.get_connection\tafter\n"
        "redis\tredis.connection:BlockingConnectionPool.get_connection\tafter"
    }


def test_without_places_there_is_no_variable() -> None:
    assert variable(places_of(SHOP)) == {}


@pytest.mark.parametrize("text", ["shop", "shop:", "shop:a b", "shop:x\ty", "a:b\nc:d"])
def test_a_bad_place_is_refused(text: str) -> None:
    with pytest.raises(DeploymentFault) as caught:
        places_of(holding(text))
    assert caught.value.key == "hold-at"
    assert "module:function" in caught.value.problem
    assert "sqlalchemy" in caught.value.problem


def test_places_need_a_route() -> None:
    with pytest.raises(DeploymentFault, match="there is no route"):
        places_of(msgspec.structs.replace(holding("sqlalchemy"), route=None))


def test_every_known_name_is_documented() -> None:
    assert len(named_places()) >= 9
    for named_place in named_places().values():
        assert named_place.source.startswith("https://")
