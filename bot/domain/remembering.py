"""What a function gives for each argument, worked out when it is first asked for: a cache that is read like a dict."""

from collections.abc import Callable
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Remembered(dict[_Key, _Value], Generic[_Key, _Value]):
    """`remembered[key]`; a hit costs no call of Python's. Begins again where it has come to hold `most`."""

    def __init__(self, work_out: Callable[[_Key], _Value], most: int) -> None:
        super().__init__()
        self._work_out, self._most = work_out, most

    def __missing__(self, key: _Key) -> _Value:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._work_out(key)
        return value
