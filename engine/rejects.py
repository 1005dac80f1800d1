"""Rejected: a part of a source that cannot be read, for readers that go on with the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import CorpusError

_UNDECODED = re.compile("[\udc80-\udcff]")  # how "surrogateescape" writes a byte


@dataclass(frozen=True)
class Rejected:
    """What was passed over: where it stands, and why it could not be read."""

    place: str
    reason: str

    @classmethod
    def of(cls, place: str, error: CorpusError) -> Rejected:
        """Return the rejection that an error at a place stands for."""
        return cls(place, str(error).removeprefix(f"{place}: "))


Reject = Callable[[Rejected], None]
"""Called with each part of a source that is passed over."""


def check_decoded(place: str, text: str) -> None:
    """Refuse a text that holds bytes which are not UTF-8, as tolerant reading leaves them.

    Raises
    ------
    CorpusError
        It holds such a byte.
    """
    found = None if text.isascii() else _UNDECODED.search(text)
    if found:
        raise CorpusError(
            f"{place}: not UTF-8 (byte 0x{ord(found.group()) - 0xDC00:02X}); convert it first, "
            "for example with iconv -f latin1 -t utf-8"
        )
