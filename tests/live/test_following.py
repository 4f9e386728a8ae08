"""What followers of a topic are sent, through a real server."""

from __future__ import annotations

import queue
import socket
import time

import pytest
import websocket

from tests.live.conftest import Follower
from tests.running import PATIENCE_S, at_most

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def served(shared):
    """These tests change what the hall shows and leave its processes alone."""
    return shared


def change(http, board="hall", calls=((),)):
    assert http.post(f"/change/{board}", json=list(calls)).text == "ok"


def test_a_subscription_is_acknowledged_with_a_snapshot(follow):
    got = follow().subscribe("board:hall")
    assert (got["topic"], got["seq"], got["view"]["number"]) == ("board:hall", 0, 0)
    assert got["epoch"]


def test_a_change_reaches_those_who_follow_and_nobody_else(follow, http):
    near, far = follow(), follow()
    near.subscribe("board:hall")
    far.subscribe("board:zone-a")
    change(http)
    kind, got = near.next()
    assert (kind, got["topic"], got["seq"], got["view"]["number"]) == ("view", "board:hall", 1, 1)
    with pytest.raises(queue.Empty):
        far.next(timeout=0.3)


def test_the_call_goes_before_the_view_and_two_calls_of_one_burst_both_arrive_in_order(follow, http):
    board = follow()
    board.subscribe("board:hall")
    change(http, calls=[["A-1"], ["A-2"]])
    got = [board.next() for _ in range(3)]
    assert [kind for kind, _ in got] == ["call", "call", "view"]
    assert [data["call"]["number"] for _, data in got[:2]] == ["A-1", "A-2"]
    assert [data["seq"] for _, data in got] == [1, 2, 2]


def test_a_burst_is_one_view(follow, http):
    board = follow()
    board.subscribe("board:hall")
    change(http, calls=[[]] * 50)
    assert board.next("view")[1]["view"]["number"] == 50
    with pytest.raises(queue.Empty):
        board.next(timeout=0.3)


def test_calls_of_a_long_series_are_neither_lost_nor_swapped(follow, http):
    boards = [follow() for _ in range(3)]
    for board in boards:
        board.subscribe("board:hall")
    numbers = [f"A-{n}" for n in range(200)]
    for first in range(0, 200, 10):
        change(http, calls=[[each] for each in numbers[first : first + 10]])
    for board in boards:
        assert [board.next("call")[1]["call"]["number"] for _ in numbers] == numbers


def test_who_left_is_sent_nothing(follow, http):
    board = follow()
    board.subscribe("board:hall")
    assert board.ask("unsubscribe", {"topic": "board:hall"}) == {"topic": "board:hall"}
    change(http)
    with pytest.raises(queue.Empty):
        board.next(timeout=0.3)


@pytest.mark.parametrize(
    ("asked", "code", "status"),
    [
        ({"topic": "weather:today"}, "topic_unknown", 404),
        ({"topic": "board:nowhere"}, "board_unknown", 404),
        ({"topic": ["board"]}, "topic_unknown", 404),
        ({}, "topic_unknown", 404),
        ("board:hall", "topic_unknown", 404),
        ({"topic": "board:private"}, "forbidden", 403),
        ({"topic": "board:private", "token": "bad"}, "forbidden", 403),
        ({"topic": "board:broken"}, "internal_error", 500),
    ],
)
def test_a_refused_subscription_is_answered_with_a_problem(follow, asked, code, status):
    board = follow()
    got = board.ask("subscribe", asked)
    assert (got["code"], got["status"]) == (code, status)
    assert {"type", "title", "detail"} <= got.keys()
    assert board.subscribe("board:hall")["seq"] == 0


def test_a_token_opens_a_topic_when_it_subscribes_or_when_it_connects(follow):
    assert "view" in follow().subscribe("board:private", token="good")
    assert "view" in follow(auth={"token": "good"}).subscribe("board:private")


def test_a_client_whose_line_was_cut_comes_back_by_itself_to_a_new_snapshot(follow, http):
    board = follow()
    board.subscribe("board:hall")
    board.connected.clear()
    http.post("/drop")
    assert board.connected.wait(PATIENCE_S), "did not come back"
    change(http)
    assert board.subscribe("board:hall")["view"]["number"] == 1
    change(http)
    assert board.next("view")[1]["view"]["number"] == 2


def test_an_account_that_is_revoked_is_sent_nothing_more_and_nobody_else_is_disturbed(follow, http):
    revoked, other = follow(auth={"token": "good"}), follow()
    revoked.subscribe("board:hall")
    other.subscribe("board:hall")
    http.post("/revoke")
    change(http)
    assert other.next("view")[1]["view"]["number"] == 1
    with pytest.raises(queue.Empty):
        revoked.next(timeout=0.3)


def test_polling_works_where_websockets_do_not(follow, http):
    board = follow(transports=["polling"])
    assert board.subscribe("board:hall")["seq"] == 0
    change(http, calls=[["A-1"]])
    assert board.next()[1]["call"]["number"] == "A-1"
    assert board.next()[1]["view"]["number"] == 1


def test_a_client_that_polls_first_moves_to_a_websocket(follow, http, eventually):
    board = follow(transports=["polling", "websocket"])
    eventually(lambda: board.client.transport() == "websocket")
    board.subscribe("board:hall")
    change(http)
    assert board.next("view")[1]["view"]["number"] == 1


def test_requests_are_answered_while_fifty_sockets_are_open(open_websocket, http):
    for _ in range(50):
        open_websocket("board:hall")
    assert http.get("/clients").text == "50"
    began = time.monotonic()
    for _ in range(20):
        assert http.get("/healthz").text == "ok"
    assert time.monotonic() - began < at_most(3)


def test_a_socket_that_comes_and_goes_leaves_nothing(open_websocket, http, eventually):
    for _ in range(20):
        open_websocket("board:hall").close()
    eventually(lambda: http.get("/clients").text == "0")


def test_a_view_goes_out_again_though_nothing_changed(serve):
    quick = serve(HALL_BEAT="0.1").wait_until_ready()
    board = Follower(quick.url)
    try:
        board.subscribe("board:hall")
        began = time.monotonic()
        assert [board.next("view")[1]["view"]["number"] for _ in range(2)] == [0, 0]
        assert time.monotonic() - began > 2
    finally:
        board.end()


def test_many_rooms_are_shown_in_slices_and_calls_go_between(follow, http):
    board, crowd = follow(), follow()
    board.subscribe("board:hall")
    for n in range(150):
        crowd.subscribe(f"board:b{n}")
    change(http, "everything")
    seen = {crowd.next("view")[1]["topic"] for _ in range(150)}
    assert len(seen) == 150


def test_a_connection_follows_two_hundred_topics_at_most(follow):
    board = follow()
    for n in range(200):
        board.subscribe(f"board:b{n}")
    assert board.subscribe("board:b201")["code"] == "too_many_topics"


def test_a_client_that_stops_reading_delays_nobody_and_is_cut_off(
    open_websocket, follow, http, mode, eventually
):
    stalled = open_websocket(
        "board:hall", sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),), skip_utf8_validation=True
    )
    board = follow()
    board.subscribe("board:hall")
    http.post("/padding/20000")
    worst = 0.0
    for n in range(30):
        began = time.monotonic()
        change(http, calls=[[f"A-{n}"]])
        assert board.next("call")[1]["call"]["number"] == f"A-{n}"
        worst = max(worst, time.monotonic() - began)
        time.sleep(0.03)
    assert worst < at_most(1)
    for _ in range(60):
        change(http, calls=[["x" * 3000]] * 50)
    eventually(lambda: http.get("/clients").text == "1")
    assert stalled.connected


def test_a_client_that_reads_slowly_gets_whole_messages(open_websocket, http):
    slow = open_websocket("board:hall", sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    slow.settimeout(PATIENCE_S)
    http.post("/padding/200000")
    for _ in range(10):
        change(http)
        time.sleep(0.05)
    got = 0
    while got < 10:
        time.sleep(0.1)
        message = slow.recv()
        if message == "2":
            slow.send("3")
            continue
        assert message.startswith('42/live,["view"')
        assert message.endswith("]")
        number = int(message.split('"number":')[1].split(",")[0])
        assert number > got
        got = number


def test_messages_are_not_compressed_for_each_client(served):
    ws = websocket.create_connection(
        f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket",
        timeout=PATIENCE_S,
        header={"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"},
    )
    assert "sec-websocket-extensions" not in {name.lower() for name in ws.headers}
    assert ws.recv().startswith("0")
    ws.close()


def test_another_origin_is_turned_away(served):
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(
            f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket",
            timeout=PATIENCE_S,
            origin="http://elsewhere.example",
        )
