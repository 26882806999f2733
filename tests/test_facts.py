"""What was understood of an article comes back from its stored form; so do forms that older versions wrote."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Article
from bot.domain.tolls import KINDS, Claim, Tolls
from bot.store.facts import CLAIMS_KEPT, facts_of, tolls_in

AT = datetime(2026, 3, 14, tzinfo=UTC)
NUMBERS = st.none() | st.integers(0, 10**30)
CLAIMS = st.builds(
    Claim, st.sampled_from(KINDS), NUMBERS, st.sampled_from(["title", "text"]), st.integers(0, 99), st.integers(0, 99),
    st.booleans(), st.booleans(), st.integers(0, 9), st.lists(st.sampled_from(["C1", "SY12"])).map(tuple),
)  # fmt: skip


def article(tolls: Tolls) -> Article:
    return Article("أ", "1", None, "عنوان", "نص", "ar", AT, AT, None, tolls=tolls)


@given(st.builds(Tolls, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.lists(CLAIMS, max_size=5).map(tuple)))
def test_tolls_are_read_as_they_were_stored(tolls: Tolls) -> None:
    assert tolls_in(json.loads(json.dumps(facts_of(article(tolls))))) == tolls


def test_tolls_of_an_older_version_have_no_claims() -> None:
    assert tolls_in({"tolls": {"dead": 3, "unheard_of": 1}}) == Tolls(dead=3)
    assert tolls_in(None) == Tolls()


def test_a_list_of_the_dead_without_end_is_cut() -> None:
    many = Tolls(dead=1, claims=(Claim("dead", 1, "text", 0, 4),) * 500)
    assert len(tolls_in(facts_of(article(many))).claims) == CLAIMS_KEPT
