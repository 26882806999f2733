"""The scout on real sites on loopback, with its child processes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.errors import SourceError
from bot.domain.model import ProblemKind, SourceKind
from bot.understanding import Understanding
from tests.watchers.conftest import Serve, clock
from watchers.fetch import Fetcher
from watchers.hosts import Hosts
from watchers.robots import Robots
from watchers.scouting import MOST, MOST_LOOKS, WebScout

ITEM = (
    "<item><title>قصف على أطراف مدينة جاسم {0}</title><guid>{0}</guid><link>{1}/{0}</link>"
    "<description>سمع الأهالي دوي انفجار.</description><pubDate>Wed, 25 Nov 2026 1{0}:00:00 +0300</pubDate></item>"
)


def rss(base: str, title: str = "شبكة السهل", count: int = 5) -> tuple[str, str]:
    items = "".join(ITEM.format(n, base) for n in range(count))
    return "application/rss+xml", f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


def page(*links: str) -> tuple[str, str]:
    return "text/html", f"<html><head><title>موقع</title>{''.join(links)}</head><body><p>أهلاً</p></body></html>"


def feed_link(href: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{href}">'


def news_sitemap(base: str) -> tuple[str, str]:
    return "application/xml", (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{base}/1</loc><news:news><news:title>"
        "حريق في سوق درعا</news:title><news:publication_date>2026-11-25T10:00:00Z</news:publication_date>"
        "</news:news></url></urlset>"
    )


@pytest.fixture
async def scout() -> AsyncIterator[WebScout]:
    hosts = Hosts(timedelta(0))
    async with Fetcher("Rasid/test", clock, allow_private_addresses=True, hosts=hosts) as fetcher:
        yield WebScout(fetcher, clock, Understanding(), robots=Robots(fetcher, "Rasid", clock))


class Served:
    """A site whose pages a test changes; it counts what it is asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}  # path -> media type, body
        self.asked: list[str] = []
        self.base = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path not in self.pages:
            return web.Response(status=404)
        media_type, body = self.pages[request.path]
        return web.Response(body=body.encode(), content_type=media_type)


@pytest.fixture
async def site(serve: Serve) -> Served:
    served = Served()
    served.base = await serve(served.answer)
    return served


async def test_a_feed_is_found_at_its_own_address(scout: WebScout, site: Served) -> None:
    site.pages["/feed"] = rss(site.base)
    (found,) = await scout.candidates(f"{site.base}/feed")
    assert (found.kind, found.title, found.count, found.languages) == (SourceKind.FEED, "شبكة السهل", 5, ("ar",))
    assert [article.title[-1] for article in found.articles] == ["4", "3", "2"]  # the newest first
    assert any(hit.codes[0] == "C6111" for hit in found.articles[0].places)
    assert site.asked == ["/feed"]


async def test_a_site_leads_to_the_feeds_that_it_names_each_once(scout: WebScout, site: Served) -> None:
    links = (feed_link("/a"), feed_link("/gone"), feed_link("/b"), feed_link("/a"), feed_link("/no-feed"))
    site.pages |= {"/": page(*links), "/a": rss(site.base, "أ"), "/b": rss(site.base, "ب"), "/no-feed": page()}
    found = await scout.candidates(f"{site.base}/")
    assert [(one.url, one.title) for one in found] == [(f"{site.base}/a", "أ"), (f"{site.base}/b", "ب")]


async def test_a_site_that_names_none_is_asked_in_the_usual_places_until_one_answers(
    scout: WebScout, site: Served
) -> None:
    site.pages |= {"/": page(), "/feed/": rss(site.base), "/rss": rss(site.base)}
    (found,) = await scout.candidates(f"{site.base}/")
    assert found.url == f"{site.base}/feed/"
    assert "/rss" not in site.asked


async def test_then_robots_txt_is_asked_for_sitemaps(scout: WebScout, site: Served) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.base}/news.xml</loc></sitemap></sitemapindex>"
    site.pages |= {
        "/": page(),
        "/robots.txt": ("text/plain", f"User-agent: *\nSitemap: {site.base}/index.xml\n"),
        "/index.xml": ("application/xml", index),
        "/news.xml": news_sitemap(site.base),
    }
    (found,) = await scout.candidates(f"{site.base}/")
    assert (found.url, found.kind) == (f"{site.base}/index.xml", SourceKind.SITEMAP)
    assert found.articles[0].title == "حريق في سوق درعا"


async def test_a_redirected_address_is_the_one_it_leads_to(scout: WebScout, serve: Serve) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/old":
            raise web.HTTPFound("/new")
        media_type, body = rss("http://sahl.example")
        return web.Response(body=body.encode(), content_type=media_type)

    base = await serve(answer)
    (found,) = await scout.candidates(f"{base}/old")
    assert found.url == f"{base}/new"


async def test_what_cannot_be_read_is_an_error_and_what_holds_nothing_is_nothing(scout: WebScout, site: Served) -> None:
    with pytest.raises(SourceError) as caught:
        await scout.candidates(f"{site.base}/missing")
    assert caught.value.problem.kind is ProblemKind.STATUS
    site.pages["/"] = page()
    assert await scout.candidates(f"{site.base}/") == []


async def test_a_page_that_names_hundreds_is_not_followed_for_ever(scout: WebScout, site: Served) -> None:
    site.pages["/"] = page(*(feed_link(f"/{n}") for n in range(300)))
    assert await scout.candidates(f"{site.base}/") == []
    assert len(site.asked) <= MOST_LOOKS + 1  # and robots.txt
    site.pages |= {f"/{n}": rss(site.base, str(n)) for n in range(300)}
    assert 1 < len(await scout.candidates(f"{site.base}/")) <= MOST


def forbidding(*paths: str) -> tuple[str, str]:
    return "text/plain", "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in paths)


async def test_a_page_that_robots_txt_forbids_is_not_asked_for(scout: WebScout, site: Served) -> None:
    site.pages |= {"/": page(feed_link("/feed")), "/feed": rss(site.base), "/robots.txt": forbidding("/")}
    with pytest.raises(SourceError) as caught:
        await scout.candidates(f"{site.base}/")
    assert caught.value.problem.kind is ProblemKind.ROBOTS
    assert site.asked == ["/robots.txt"]


async def test_a_feed_is_found_whatever_robots_txt_says(scout: WebScout, site: Served) -> None:
    site.pages |= {"/feed": rss(site.base), "/robots.txt": forbidding("/")}
    (found,) = await scout.candidates(f"{site.base}/feed")
    assert found.url == f"{site.base}/feed"


async def test_a_page_that_is_only_called_like_a_feed_is_not_read_further(scout: WebScout, site: Served) -> None:
    site.pages |= {"/about/rss": page(feed_link("/a.xml")), "/a.xml": rss(site.base), "/robots.txt": forbidding("/")}
    with pytest.raises(SourceError) as caught:
        await scout.candidates(f"{site.base}/about/rss")
    assert caught.value.problem.kind is ProblemKind.ROBOTS
    assert "/a.xml" not in site.asked


@pytest.mark.parametrize("path", ["/news.xml", "/map"])
async def test_a_sitemap_that_robots_txt_forbids_is_not_offered(scout: WebScout, site: Served, path: str) -> None:
    site.pages |= {path: news_sitemap(site.base), "/robots.txt": forbidding(path)}
    with pytest.raises(SourceError) as caught:
        await scout.candidates(f"{site.base}{path}")
    assert caught.value.problem.kind is ProblemKind.ROBOTS


async def test_private_addresses_are_refused_unless_they_are_allowed(site: Served) -> None:
    site.pages["/"] = rss(site.base)
    async with Fetcher("Rasid/test", clock) as guarded:
        with pytest.raises(SourceError) as caught:
            await WebScout(guarded, clock, Understanding()).candidates(f"{site.base}/")
    assert caught.value.problem.kind is ProblemKind.FORBIDDEN_ADDRESS
    assert site.asked == []
