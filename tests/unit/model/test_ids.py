from __future__ import annotations

from itertools import product

from bidwell.model.ids import BASE32, AccountId, IntentId, base32, client_order_id, time_ordered_id


def test_a_client_order_id_is_the_same_for_the_same_child_and_different_for_any_other() -> None:
    children = list(product(["i1", "i2"], ["a1", "a2"], [0, 1, 2], [1, 2]))
    ids = [client_order_id(IntentId(i), AccountId(a), leg, attempt) for i, a, leg, attempt in children]
    again = [client_order_id(IntentId(i), AccountId(a), leg, attempt) for i, a, leg, attempt in children]
    assert ids == again
    assert len(set(ids)) == len(children)


def test_a_client_order_id_fits_every_broker() -> None:
    name = client_order_id(IntentId("int_1"), AccountId("acc_1"), 0, 1)
    assert len(name) == 18
    assert set(name) <= set(BASE32)


def test_base_32_keeps_order_and_length() -> None:
    assert (base32(0, 3), base32(31, 3), base32(32, 3), base32(32**3 - 1, 3)) == ("000", "00Z", "010", "ZZZ")


def test_time_ordered_ids_sort_by_time() -> None:
    made = [time_ordered_id("int", milliseconds, 2**35 - 1 - milliseconds) for milliseconds in range(0, 4000, 7)]
    assert made == sorted(made)
    assert all(name.startswith("int_") and len(name) == 20 for name in made)
