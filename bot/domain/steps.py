"""Long work is done in steps so short that nobody waits for them: how much goes into the next one."""


def resized(size: int, took: float, wanted: float, fewest: int, most: int) -> int:
    """The size of the next step, where one of `size` took so many seconds and `wanted` is how long one should take.

    At most twice the last one, and at least a quarter of it: a single slow step says little.
    """
    fitting = size * wanted / max(took, 1e-6)
    return round(min(max(fitting, size / 4, fewest), size * 2, most))
