"""Pictures and videos: new files appear by themselves, broken ones are passed over, calls go first."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BOARD
from tests.running import Server, eventually


def test_files_that_are_put_into_the_folder_are_shown_and_step_back_for_a_call(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(BOARD)
    page.clock.install()
    page.goto(f"{server.url}/display/hall")  # it speaks for no zone: nothing is being said
    expect(page.locator("#board header .date")).to_be_visible()
    folder = server.data / "media"
    folder.mkdir()
    (folder / "1.mp4").write_bytes(b"this is no video")
    drawn = io.BytesIO()
    Image.new("RGB", (320, 180), "#226644").save(drawn, "PNG")
    (folder / "2.png").write_bytes(drawn.getvalue())
    page.wait_for_timeout(3_500)  # the folder is looked at every three seconds
    number = server.issue("kk-ubah-data")["ticket"]["number"]  # the next view names the files
    expect(page.locator(".waiting .count").first).to_have_text("1")
    media = page.locator("#media")
    expect(media).to_be_hidden()

    def turned() -> bool:
        """The page of the waiting list ends, the broken file is passed over."""
        page.clock.run_for(500)
        return picture.is_visible()

    picture = media.locator("img")
    eventually(turned)
    assert picture.evaluate("node => node.naturalWidth") == 320
    server.act("1", "open")
    server.act("1", "next")
    expect(page.locator(".calls")).to_contain_text(number)
    expect(media).to_have_class("media is-ducked")
    page.clock.run_for(6_000)
    expect(media).to_have_class("media")  # the sentence that is said lasts some seconds
    page.clock.run_for(8_000)
    expect(media).to_be_hidden()  # the waiting list has its turn again
    expect(page.locator(".waiting")).to_be_visible()


def test_a_video_is_served_in_parts_and_nothing_beside_the_folder(server: Server) -> None:
    folder = server.data / "media" / "zone-a"
    folder.mkdir(parents=True)
    (folder / "long.mp4").write_bytes(bytes(range(256)) * 4)
    with server.client() as client:
        url = client.get("/api/v1/boards/zone-a").json()["media"][0]["url"]
        whole = client.get(url)
        part = client.get(url, headers={"Range": "bytes=256-511"})
        assert (whole.status_code, len(whole.content)) == (200, 1024)
        assert whole.headers["Content-Type"] == "video/mp4"
        assert "max-age=86400" in whole.headers["Cache-Control"]
        assert (part.status_code, part.content) == (206, bytes(range(256)))
        assert part.headers["Content-Range"] == "bytes 256-511/1024"
        assert client.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
        for path in ("../session.key", "%2e%2e/antrean.db", "zone-a/..%2f..%2fantrean.db", "zone-a/none.mp4"):
            assert client.get(f"/display/media/{path}").status_code in (404, 405), path
