"""Which slots are offered in place of one that is full."""

from datetime import date, time, timedelta

from hub.rules.alternatives import SlotOffer, choose_alternatives

DAY = date(2026, 11, 20)


def offer(slot_id, days, hour, free=5):
    return SlotOffer(slot_id, DAY + timedelta(days=days), time(hour), free)


def test_alternatives_are_the_nearest_first_on_the_same_day_then_on_the_days_around():
    offers = [offer(1, 0, 10), offer(2, 0, 14), offer(3, 0, 18), offer(4, 1, 12), offer(5, -1, 12), offer(6, 2, 12)]
    assert [found.slot_id for found in choose_alternatives(9, DAY, time(12), offers)] == [2, 1, 3, 4, 5]


def test_alternatives_leave_out_full_slots_and_the_wanted_one():
    offers = [offer(1, 0, 12, 0), offer(9, 0, 12), offer(2, 1, 12, -1), offer(3, 7, 9)]
    assert [found.as_dict() for found in choose_alternatives(9, DAY, time(12), offers)] == [
        {"slot_id": 3, "date": "2026-11-27", "start_time": "09:00:00", "available_count": 5}
    ]
