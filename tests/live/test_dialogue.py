"""A topic whose followers are spoken to one by one, and answer; through a real server."""

from __future__ import annotations

import queue

import pytest

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def served(shared):
    return shared


def happened(http):
    return http.get("/talk").json()


def test_who_joins_is_spoken_to_alone(follow, http):
    one, other = follow(), follow()
    one.subscribe("talk:hall", name="one")
    assert one.next("greeting")[1]["name"] == "one"
    other.subscribe("talk:hall", name="other")
    kind, got = other.next()
    assert (kind, got["name"], got["topic"]) == ("greeting", "other", "talk:hall")
    assert got["epoch"]
    with pytest.raises(queue.Empty):
        one.next(timeout=0.3)
    assert happened(http) == [["joined", "hall", "one"], ["joined", "hall", "other"]]


def test_what_a_follower_says_is_answered(follow, http):
    one = follow()
    one.subscribe("talk:hall")
    assert one.ask("said", {"topic": "talk:hall", "words": "good morning"}) == {"words": "good morning"}
    assert happened(http)[-1] == ["heard", "hall", "good morning"]


@pytest.mark.parametrize("topic", ["talk:hall", "board:hall", "nothing", None, 7])
def test_who_does_not_follow_is_not_heard(follow, http, topic):
    one = follow()
    one.subscribe("talk:zone-a")
    assert one.ask("said", {"topic": topic, "words": "psst"}) == {}
    assert one.ask("said", "psst") == {}
    assert happened(http) == [["joined", "zone-a", None]]


def test_who_is_refused_does_not_join(follow, http):
    assert follow().subscribe("talk:private")["status"] == 403
    assert happened(http) == []


def test_leaving_and_a_lost_line_are_told(follow, http, eventually):
    one, other = follow(), follow()
    one.subscribe("talk:hall")
    other.subscribe("talk:zone-a")
    one.ask("unsubscribe", {"topic": "talk:hall"})
    assert ["left", "hall"] in happened(http)
    assert one.ask("said", {"topic": "talk:hall", "words": "still here"}) == {}
    other.end()
    eventually(lambda: ["left", "zone-a"] in happened(http))


def test_a_subscription_tells_which_bundles_belong_to_the_hall(follow):
    assert follow().subscribe("board:hall")["build"] == "bundles of today"
