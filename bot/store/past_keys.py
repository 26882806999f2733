"""What remains of erased articles: a digest of each one's source and key, 8 bytes, for good.

A publisher may list an item for months. One that he dates anew, or in the future, would ring again as soon as its
article has been erased; and every other would be filed again. Holds nothing that could be read back.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from sqlalchemy import Connection, select

from bot.store.database import insert
from bot.store.tables import past_keys

KEYS_IN_A_QUERY = 500  # SQLite before 3.32 takes 999 variables


def remember(connection: Connection, erased: Iterable[tuple[str, str]]) -> None:
    """Keep these (source, key). Idempotent."""
    rows = [{"digest": _digest(source_id, key)} for source_id, key in erased]
    if rows:
        connection.execute(insert(connection, past_keys).on_conflict_do_nothing(), rows)


def among(connection: Connection, items: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (source, key) belong to erased articles."""
    known: set[tuple[str, str]] = set()
    for start in range(0, len(items), KEYS_IN_A_QUERY):
        by_digest = {_digest(*item): item for item in items[start : start + KEYS_IN_A_QUERY]}
        query = select(past_keys.c.digest).where(past_keys.c.digest.in_(by_digest))
        known.update(by_digest[digest] for digest in connection.execute(query).scalars())
    return known


def _digest(source_id: str, key: str) -> int:
    """64 bits, signed: among ten million keys, a new one is mistaken for an old one once in 10^12."""
    text = f"{source_id}\n{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), signed=True)
