"""A vocabulary of words and word pieces, learned from a corpus, and the tokenizer that uses it.

Whole words come first: every term is later a landmark that outputs are read against, and a word
says more than a piece of one. A small part of the vocabulary is kept for pieces, so that words
outside it can still be spelled.

References
----------
Wu et al., "Google's Neural Machine Translation System", 2016: word pieces. Devlin et al., "BERT:
Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019: the tokenizer.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

from ...errors import CorpusError, ModelError, ParameterError

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)


class SpecialIds(NamedTuple):
    """Ids of a tokenizer's special tokens."""

    padding: int
    unknown: int
    opening: int
    separator: int
    mask: int

    @classmethod
    def of(cls, tokenizer: tokenizers.Tokenizer) -> SpecialIds:
        """Look the special tokens of a BERT up.

        Raises
        ------
        ModelError
            If one is missing.
        """
        ids = tokenizer.get_vocab()
        missing = [token for token in SPECIALS if token not in ids]
        if missing:
            raise ModelError(f"The tokenizer lacks {missing[0]!r}; that of a BERT was expected.")
        return cls(*(ids[token] for token in SPECIALS))


OWN_SPECIALS = SpecialIds(PAD, UNK, CLS, SEP, MASK)
"""Those of a vocabulary made here."""

_PREFIX = "##"
_WORDS = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_PIECE_SHARE = 1 / 16
"""Part of the vocabulary kept for pieces inside words; half as many for pieces that begin one."""
_ALPHABET_SHARE = 1 / 64
_MIN_FREQUENCY = 3
_MAX_LETTERS = 40
"""A longer word is no word."""
_SYMBOLS = "±≤≥µ°×·→←↔−–—’‘“”…€£§©®™†‡∼≈≠∞√∑∆½¼¾²³"  # noqa: RUF001  # these very characters
"""Characters outside the words that running text of science and business uses."""


def count_words(texts: Iterable[str], *, lowercase: bool) -> Counter[str]:
    """Count the words of texts as the tokenizer will see them.

    Parameters
    ----------
    texts
        Any pieces of text.
    lowercase
        Fold case and strip accents first.
    """
    normalize = _normalizer(lowercase=lowercase).normalize_str
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORDS.findall(normalize(text)))
    return counts


def learn_word_pieces(counts: Counter[str], size: int, *, lowercase: bool) -> tokenizers.Tokenizer:
    """Choose the terms of a vocabulary and build the tokenizer over them.

    The words are filtered first: numbers other than years and words outside the Latin and Greek
    scripts are left to pieces and to ``[UNK]``.

    Parameters
    ----------
    counts
        How often each word occurs, from `count_words`.
    size
        Terms in the vocabulary, special ones and single characters included. A small corpus may
        not have so many.
    lowercase
        As given to `count_words`.

    Returns
    -------
    A WordPiece tokenizer: specials first (``[PAD]`` is 0), then characters, pieces from inside
    words, words in falling frequency, equal ones by spelling, and pieces that begin words.

    Raises
    ------
    CorpusError
        If there are no words.
    ParameterError
        If `size` has no room for the characters.
    """
    kept = {word: n for word, n in counts.items() if _is_wanted(word)}
    if not kept:
        raise CorpusError(
            "The corpus holds no words in Latin or Greek letters; check that it is running text."
        )
    ranked = sorted(kept, key=lambda word: (-kept[word], word))
    characters = _characters(counts, size, lowercase=lowercase)
    if size < len(SPECIALS) + len(characters) + 50:
        raise ParameterError(
            f"A vocabulary of {size} terms was asked for; its characters alone take "
            f"{len(SPECIALS) + len(characters)}. Ask for 1,000 or more."
        )
    inside, beginnings = _learn_pieces(kept, size, characters)
    terms = dict.fromkeys(chain(SPECIALS, characters, inside))
    n_words = size - len(beginnings)
    for word in ranked:
        if len(terms) >= n_words or kept[word] < _MIN_FREQUENCY:
            break
        terms[word] = None
    terms.update(dict.fromkeys(beginnings))
    return build_tokenizer(list(terms), lowercase=lowercase)


def build_tokenizer(terms: list[str], *, lowercase: bool) -> tokenizers.Tokenizer:
    """Build the WordPiece tokenizer of a vocabulary whose first terms are the `SPECIALS`."""
    ids = {term: row for row, term in enumerate(terms)}
    tokenizer = tokenizers.Tokenizer(
        models.WordPiece(ids, unk_token=SPECIALS[UNK], max_input_chars_per_word=100)
    )
    tokenizer.normalizer = _normalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix=_PREFIX)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    tokenizer.add_special_tokens(list(SPECIALS))
    return tokenizer


def _normalizer(*, lowercase: bool) -> normalizers.BertNormalizer:
    """Return BERT's normalizer, which strips accents where it folds case."""
    return normalizers.BertNormalizer(lowercase=lowercase)


def _is_wanted(word: str) -> bool:
    """Tell whether a word may become a term: a year or a mixed token, no other number.

    Examples
    --------
    >>> [_is_wanted(word) for word in ["cd20", "2009", "37", "μg", "細胞"]]
    [True, True, False, True, False]
    """
    if word.isdigit():
        return _YEAR.fullmatch(word) is not None
    return len(word) <= _MAX_LETTERS and all(map(_is_known_letter, word))


def _is_known_letter(letter: str) -> bool:
    """Tell whether a letter or digit is Latin or Greek."""
    return letter < "\u0250" or "\u0370" <= letter < "\u0400" or "\u1e00" <= letter < "\u1f00"


def _characters(counts: Counter[str], size: int, *, lowercase: bool) -> list[str]:
    """List the single characters of the vocabulary: ASCII, symbols, and frequent other letters."""
    letters: Counter[str] = Counter()
    for word, n in counts.items():
        for letter in word:
            letters[letter] += n
    ascii_letters = string.ascii_lowercase if lowercase else string.ascii_letters
    basic = ascii_letters + string.digits + string.punctuation + _SYMBOLS
    more = sorted(
        (letter for letter in letters if _is_known_letter(letter) and letter not in basic),
        key=lambda letter: (-letters[letter], letter),
    )
    frequent = [letter for letter in more if letters[letter] >= _MIN_FREQUENCY]
    inner = ascii_letters + string.digits
    extra = frequent[: int(size * _ALPHABET_SHARE)]
    return [*basic, *extra, *(_PREFIX + letter for letter in [*inner, *extra])]


def _learn_pieces(
    counts: dict[str, int], size: int, characters: list[str]
) -> tuple[list[str], list[str]]:
    """Learn pieces of words of several letters: those inside words, those that begin one."""
    words = {word: n for word, n in counts.items() if n > _MIN_FREQUENCY}
    known = set(characters)
    words = {word: n for word, n in words.items() if known.issuperset(word)}
    letters = sorted(set(chain.from_iterable(words)))
    trainer = trainers.WordPieceTrainer(
        vocab_size=max(size // 4, 2 * len(characters)),
        min_frequency=_MIN_FREQUENCY,
        # Of equally frequent pairs those with lower ids win, so every letter gets its id here: the
        # trainer itself would number them in the order of a hash table, another in each process.
        special_tokens=[*SPECIALS, *letters, *(_PREFIX + letter for letter in letters)],
        show_progress=False,
    )
    learner = tokenizers.Tokenizer(models.WordPiece(unk_token=SPECIALS[UNK]))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    learner.train_from_iterator(_flattened(words), trainer)
    ids = learner.get_vocab()
    learned = sorted(ids, key=lambda term: ids[term])
    inside = [term for term in learned if term.startswith(_PREFIX) and len(term) > 3]
    beginnings = [
        term
        for term in learned
        if len(term) > 1 and not term.startswith((_PREFIX, "[")) and term not in counts
    ]
    n_inside = int(size * _PIECE_SHARE)
    return inside[:n_inside], beginnings[: n_inside // 2]


def _flattened(counts: dict[str, int]) -> Iterator[str]:
    """Yield words, frequent ones more often, so that pieces serve the rare ones."""
    for word in sorted(counts):
        yield " ".join([word] * max(1, int(counts[word] ** 0.35)))
