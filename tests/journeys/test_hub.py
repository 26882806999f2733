"""A feed with a hub: its news is on the phone when the hub rings, however seldom the feed is polled."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.house import settings
from tests.hub import Hub, hubbing
from tests.journeys.conftest import SALMA, World

PUBLIC = "https://rasid.example.org/websub"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def hub(port: int) -> AsyncIterator[Hub]:
    async with hubbing(PUBLIC, f"http://127.0.0.1:{port}") as made:
        yield made


def every_quarter_of_an_hour(world: World, port: int) -> dict[str, Any]:
    made = settings(
        ["horan"], world.publisher.url, polling={"websub_url": PUBLIC, "websub_listen": f"127.0.0.1:{port}"}
    )
    made["sources"][0]["interval_seconds"] = 900
    return {"sources": made["sources"], "polling": made["polling"]}


async def test_news_arrives_when_the_hub_rings_and_the_schedule_goes_on(world: World, hub: Hub, port: int) -> None:
    async def with_a_hub(request: web.Request) -> web.StreamResponse:
        body = world.publisher.body("horan")
        link = f"<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='hub' href='{hub.url}'/><description>".encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=body.replace(b"<description>", link, 1), headers={"ETag": etag})

    world.publisher.answers["horan"] = with_a_hub
    world.publisher.publish("horan", "خبر قديم عن جاسم", "كان منشوراً قبل أن يبدأ الراصد.")
    house = await world.open("horan", **every_quarter_of_an_hour(world, port))
    await world.ask(SALMA, "تابع جاسم")
    await house.hear("websub.subscribed")
    (form,) = hub.forms
    assert form["hub.topic"] == world.publisher.url("horan")

    world.publisher.publish("horan", "دوي انفجار في مدينة جاسم شمال درعا", "سمع سكان جاسم دوي انفجار قرب السوق.")
    assert await hub.ring(form, b"<rss>forged</rss>", signature="sha256=" + "0" * 64) == 202
    await house.hear("websub.wrong_signature")
    assert world.publisher.asked["horan"] == 1
    assert await hub.ring(form, world.publisher.body("horan")) == 202
    alert = await world.until(lambda: next(iter(world.alerts(SALMA)), None))
    assert "دوي انفجار في مدينة جاسم" in alert.text
    assert world.publisher.asked["horan"] == 2

    await house.kill()
    await house.start()  # the feed has not changed, so it is not read, and its hub is not known yet
    world.publisher.publish("horan", "انتهاء أعمال الصيانة في جاسم", "عادت المياه إلى أحياء جاسم بعد انقطاع طويل.")
    assert await hub.ring(form, world.publisher.body("horan")) == 202
    await world.until(lambda: len(world.alerts(SALMA)) == 2)
    assert await house.stop() == 0
    log = "\n".join(house.said)
    assert form["hub.secret"] not in log
    assert form["hub.callback"].rpartition("/")[2] not in log


async def test_a_port_in_use_costs_the_hubs_and_no_news(world: World, port: int) -> None:
    world.publisher.publish("horan", "خبر", "نص")
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", port)
    async with server:
        house = await world.open("horan", **every_quarter_of_an_hour(world, port))
        await house.hear("websub.address_taken")
        await house.hear("poll.filed")
