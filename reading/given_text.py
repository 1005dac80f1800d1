"""The text that a reader is given: whether there is any, and where its blanks are."""

from __future__ import annotations

import re

from ..engine.sentences import split_sentences
from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.parsing import MAX_GROUP, ParsedSentence, Parser

_END_MARKS = ".?!…:;"
_CLOSING = "\"')]}”\u2019»"


def require_text(text: str) -> None:
    """Refuse a text of nothing but white space.

    Raises
    ------
    ParameterError
        If it is empty.
    """
    if not text.strip():
        raise ParameterError("The text is empty; give a word, a phrase or a sentence.")


def find_blanks(text: str, mask_token: str) -> list[Span]:
    """Find the blanks of a text: three underscores or more, ``[MASK]``, or the model's own mask.

    Examples
    --------
    >>> find_blanks("___ treats [MASK]", "<mask>")
    [(0, 3), (11, 17)]
    """
    blank = re.compile(rf"_{{3,}}|\[MASK\]|{re.escape(mask_token)}")
    return [match.span() for match in blank.finditer(text)]


def mask_blanks(text: str, blanks: list[Span], mask_token: str) -> tuple[str, list[Span]]:
    """Put the model's mask into every blank; return the text and where the masks stand.

    Examples
    --------
    >>> mask_blanks("___ treats ____", [(0, 3), (11, 15)], "[MASK]")
    ('[MASK] treats [MASK]', [(0, 6), (14, 20)])
    """
    parts, masks, last, length = [], [], 0, 0
    for start, end in blanks:
        parts += [text[last:start], mask_token]
        length += start - last
        masks.append((length, length + len(mask_token)))
        length, last = masks[-1][1], end
    return "".join([*parts, text[last:]]), masks


def end_sentence(text: str) -> str:
    """Put a period after a text that has no mark at its end.

    Examples
    --------
    >>> end_sentence("Aspirin treats [MASK]"), end_sentence("Is it [MASK]?")
    ('Aspirin treats [MASK].', 'Is it [MASK]?')
    """
    said = text.rstrip()
    return text if said.rstrip(_CLOSING)[-1:] in _END_MARKS else f"{said}."


def parse_text(
    parser: Parser, text: str, *, group_sentences: int = MAX_GROUP
) -> list[ParsedSentence]:
    """Parse the sentences of a text, with single spaces for its white space.

    Parameters
    ----------
    parser
        The dependency parser.
    text
        A text of any length.
    group_sentences
        Neighbors that are parsed together, at most 8.

    Raises
    ------
    ParameterError
        If the text is empty.
    """
    require_text(text)
    texts = [" ".join(text[start:end].split()) for start, end in split_sentences(text)]
    groups = (texts[i : i + group_sentences] for i in range(0, len(texts), group_sentences))
    return [sentence for group in parser.parse(groups) for sentence in group]
