import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.conftest import NOW, Serve
from watchers.fetch import Fetcher, FetchLimits
from watchers.robots import KNOWN_FOR, MAX_BYTES, Robots, read_rules

SITE = "https://news.example"


def allows(text: str, path: str) -> bool:
    return read_rules(text, "Rasid").allow(SITE + path)


# --- what a file says -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing\n", "<html>صيانة</html>", "Sitemap: /s.xml", "Disallow: /", "\0:\n:"])
def test_a_file_without_rules_for_us_allows_everything(text: str) -> None:
    assert allows(text, "/any/page")


def test_our_own_group_goes_before_the_one_for_everybody() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: RASID/0.1 (news)\nDisallow: /private\n"
    assert allows(text, "/news")
    assert not allows(text, "/private/1")


def test_our_own_group_without_rules_allows_what_is_forbidden_to_others() -> None:
    assert allows("User-agent: rasid\nDisallow:\n\nUser-agent: *\nDisallow: /\n", "/news")


def test_a_name_that_only_contains_ours_is_not_ours() -> None:
    assert allows("User-agent: rasidbot\nDisallow: /\nUser-agent: as\nDisallow: /\n", "/news")


def test_groups_for_one_agent_are_joined_and_a_group_may_name_several() -> None:
    text = (
        "User-agent: other\nUser-agent: rasid\nDisallow: /a\nSitemap: /s\nDisallow: /b\n\nuser-agent:rasid\ndisallow:/c"
    )
    assert [allows(text, path) for path in ("/a", "/b", "/c", "/d")] == [False, False, False, True]


def test_the_longest_rule_wins_and_of_equals_the_one_that_allows() -> None:
    text = "User-agent: *\nDisallow: /\nAllow: /news/\nDisallow: /news/old\n"
    text += "Disallow: /a\nAllow: /a\nAllow: /b\nDisallow: /b\n"
    paths = "/x", "/news/1", "/news/old/1", "/a", "/b"
    assert [allows(text, path) for path in paths] == [False, True, False, True, True]


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("/*/print", ["/a/print", "/a/b/print/2"], ["/print", "/a/prin"]),
        ("/*.pdf$", ["/a.pdf", "/a.pdf/b.pdf"], ["/a.pdf?x", "/a.pdfs"]),
        ("/a$", ["/a"], ["/a/", "/ab"]),
        ("/a*$", ["/a", "/abc"], ["/b"]),
        ("/a*b*c$", ["/abc", "/axbxbxc"], ["/acb", "/abcx"]),
        ("/ab*b$", ["/abb"], ["/ab"]),
        ("*?share=", ["/x?share=1"], ["/x?other=share"]),
        ("/?s=", ["/?s=x"], ["/s"]),
        ("/price$5", ["/price$5"], ["/price5"]),
        ("/**/x", ["/a/x"], ["/x"]),
    ],
)
def test_patterns(pattern: str, fits: list[str], does_not: list[str]) -> None:
    text = f"User-agent: *\nDisallow: {pattern}  # why\n"
    assert [path for path in fits if allows(text, path)] == []
    assert [path for path in does_not if not allows(text, path)] == []


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1"),
        ("/%d8%a3", "/أ"),
        ("/%7Euser", "/~user"),
        ("/a%2Fb", "/a%2fb"),
        ("/star%2A", "/star*"),
    ],
)
def test_spellings_of_the_same_address_are_the_same(pattern: str, path: str) -> None:
    assert not allows(f"User-agent: *\nDisallow: {pattern}\n", path)


def test_an_escaped_slash_is_no_slash() -> None:
    assert allows("User-agent: *\nDisallow: /a/b\n", "/a%2Fb")


def test_robots_txt_itself_may_always_be_read() -> None:
    assert allows("User-agent: *\nDisallow: /\n", "/robots.txt")


@given(st.text(), st.text())
def test_any_text_has_an_answer(text: str, path: str) -> None:
    assert allows(text, "/" + path) in (True, False)
    assert allows(f"User-agent: *\nDisallow: /{text}", "/" + path) in (True, False)


def test_a_hostile_file_is_read_in_no_time() -> None:
    """One agent a line and one rule a line, of which others make a table of all pairs; and a pattern of many stars."""
    half = MAX_BYTES // 2
    many = (
        "".join(f"User-agent: a{n}\n" for n in range(half // 19)) + "User-agent: *\n" + "Disallow: /*x\n" * (half // 14)
    )
    stars = "User-agent: *\nDisallow: /" + "*a" * 100_000 + "$\n"
    clock = asyncio.new_event_loop()
    began = clock.time()
    assert allows(many, "/" + "a" * 5_000)
    assert allows(stars, "/" + "a" * 5_000 + "b")
    assert clock.time() - began < 2
    clock.close()


# --- asking for it --------------------------------------------------------------------------------------------------


class Site:
    """A site whose robots.txt answers what the test sets, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked = 0
        self.status, self.text = 200, "User-agent: *\nDisallow: /closed\n"
        self.headers: dict[str, str] = {}

    def clock(self) -> datetime:
        return self.now

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text=self.text, status=self.status, headers=self.headers)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def robots(site: Site) -> AsyncIterator[Robots]:
    limits = FetchLimits(total=timedelta(seconds=5))
    async with Fetcher("Rasid/1", site.clock, limits, allow_private_addresses=True) as fetcher:
        yield Robots(fetcher, "Rasid", site.clock)


async def test_a_host_is_asked_once_a_day_for_all_its_pages(serve: Serve, site: Site, robots: Robots) -> None:
    root = await serve(site.answer)
    answers = await asyncio.gather(*(robots.allows(f"{root}/{path}") for path in ("open", "closed", "open?x")))
    assert (answers, site.asked) == ([True, False, True], 1)
    site.now += KNOWN_FOR - timedelta(seconds=1)
    assert not await robots.allows(f"{root}/closed")
    site.text, site.now = "", site.now + timedelta(seconds=1)
    assert await robots.allows(f"{root}/closed")
    assert site.asked == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_where_there_is_none_everything_is_allowed(serve: Serve, site: Site, robots: Robots, status: int) -> None:
    site.status = status
    root = await serve(site.answer)
    assert await robots.allows(f"{root}/closed")
    assert await robots.allows(f"{root}/closed")
    assert site.asked == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_where_it_cannot_be_had_nothing_is_allowed_for_an_hour(
    serve: Serve, site: Site, robots: Robots, status: int
) -> None:
    site.status = status
    root = await serve(site.answer)
    assert not await robots.allows(f"{root}/open")
    site.status, site.now = 200, site.now + timedelta(minutes=59)
    assert not await robots.allows(f"{root}/open")
    site.now += timedelta(minutes=1)
    assert await robots.allows(f"{root}/open")
    assert site.asked == 2


async def test_a_host_that_is_down_allows_nothing(robots: Robots) -> None:
    assert not await robots.allows("http://127.0.0.1:1/page")


async def test_an_endless_loop_of_redirects_is_no_robots_txt(serve: Serve, site: Site, robots: Robots) -> None:
    site.status, site.headers = 302, {"Location": "/robots.txt?again"}
    assert await robots.allows(f"{await serve(site.answer)}/page")


async def test_what_is_behind_the_first_500_kib_is_not_read(serve: Serve, site: Site, robots: Robots) -> None:
    site.text += "# filler\n" * (MAX_BYTES // 9) + "Disallow: /late\n" + "x" * 5_000_000
    root = await serve(site.answer)
    assert await robots.allows(f"{root}/late")
    assert not await robots.allows(f"{root}/closed")
