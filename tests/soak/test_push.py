"""A small `./porchlight soak --push`; the command itself takes as many notices and kills as it is told."""

from tests.soak.push import soak_here


async def test_on_a_vendors_bad_day_with_workers_killed_and_redis_wiped_every_notice_ends_as_it_should(fresh_db: str) -> None:
    figures = await soak_here(fresh_db, 1500, 3, 1)
    assert figures["clean"], figures
    assert (figures["wrong_end"], figures["lost"], figures["twice_under_another_topic"]) == ({}, 0, 0)
    assert (figures["workers_killed"], figures["redis_wiped"]) == (3, 3)
    assert {"201", "302", "400", "410", "500"} <= {str(status) for status in figures["answers"]}
