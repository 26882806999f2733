"""What a function gives is worked out once, and the cache stays small."""

from bot.domain.remembering import Remembered


def test_works_out_once_and_begins_again_when_full() -> None:
    asked: list[int] = []

    def doubled(number: int) -> int:
        asked.append(number)
        return 2 * number

    remembered = Remembered(doubled, most=2)

    assert [remembered[number] for number in (1, 1, 2, 3, 3)] == [2, 2, 4, 6, 6]
    assert asked == [1, 2, 3]
    assert dict(remembered) == {3: 6}
