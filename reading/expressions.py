"""Expressions over terms, phrases and blanks, such as ``king - man + woman``, read from text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ParameterError

_WEIGHT = r"\d+(?:\.\d+)?"
_PART = re.compile(
    rf"""\s*(?P<sign>[+-])?
        \s*(?:(?P<weight>{_WEIGHT})\s*\*)?
        \s*(?:"(?P<text>[^"]*)"|(?P<term>[^\s"+*-][^\s"+*]*))""",
    re.VERBOSE,
)
_PREFIX = re.compile(rf"\s*(?P<sign>[+-])?\s*(?:{_WEIGHT}\s*\*\s*)?")
_SHOWN = 20
"""Characters of an expression that an error repeats."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an expression.

    Attributes
    ----------
    text
        The term, or the text between quotation marks.
    weight
        What it is multiplied by; below 0 where it is subtracted.
    is_quoted
        Whether it stands in quotation marks.
    """

    text: str
    weight: float
    is_quoted: bool


def parse_expression(expression: str) -> tuple[Operand, ...]:
    """Split an expression into its operands.

    Operands are joined by ``+`` and ``-`` and may have a number and ``*`` before them. A term is
    written as it is, a phrase or a text with a blank in quotation marks. A ``-`` within a word
    belongs to the word.

    Raises
    ------
    ParameterError
        If it cannot be read; the message says where.

    Examples
    --------
    >>> [(part.weight, part.text) for part in parse_expression('2*paris - france + "new york"')]
    [(2.0, 'paris'), (-1.0, 'france'), (1.0, 'new york')]
    """
    operands: list[Operand] = []
    place = 0
    while place < len(expression.rstrip()):
        part = _PART.match(expression, place)
        if part is None or (operands and part["sign"] is None):
            raise _syntax_error(expression, place, is_first=not operands)
        weight = float(part["weight"] or 1) * (-1 if part["sign"] == "-" else 1)
        is_quoted = part["text"] is not None
        text = part["text"] if is_quoted else part["term"]
        if not text.strip():
            raise ParameterError(
                f"Nothing stands between the quotation marks at character {part.start('text')}."
            )
        operands.append(Operand(text, weight, is_quoted))
        place = part.end()
    if not operands:
        raise ParameterError("The expression is empty; write one such as: king - man + woman")
    return tuple(operands)


def _syntax_error(expression: str, place: int, *, is_first: bool) -> ParameterError:
    """Say where an expression cannot be read, and what was expected there."""
    prefix = _PREFIX.match(expression, place)
    at = place if prefix is None else prefix.end()
    wants_operand = is_first or (prefix is not None and prefix["sign"] is not None)
    expected = 'a term or a "phrase"' if wants_operand else "+ or -"
    rest = expression[at:]
    found = repr(rest[:_SHOWN]) if rest else "the end"
    hint = ", whose quotation mark is not closed" if rest.count('"') == 1 else ""
    return ParameterError(f"Expected {expected} at character {at}, found {found}{hint}.")
