"""How a process that keeps hundreds of thousands of objects for days, and makes as many in a second, is set up."""

import contextlib
import ctypes
import gc

M_ARENA_MAX, HEAPS = -8, 2  # mallopt(3)
COLLECT = 10_000, 20, 20  # new objects until they are looked through for cycles; Python's own is 700, 10, 10


def settle() -> None:
    """To be called once, before there are threads."""
    share_heaps()
    collect_rarely()


def share_heaps() -> None:
    """glibc gives each thread a heap of its own and gets little of it back: 8 MB of 178 with 1000 sources."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def collect_rarely() -> None:
    """What is here already stays: it is looked through no more. Looking for cycles, of which there are few, took 6 % of
    the time until the news of 1000 feeds were filed (benchmarks.poll_feeds)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
