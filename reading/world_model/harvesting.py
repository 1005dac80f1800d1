"""Harvest relations that a model may know: fragments by what they link, and hypotheses from them.

A fragment between typed phrases is asked with a phrase on one side, and the other side hidden.
Where the answers agree on a type, the model knows what kind of thing the fragment links, and its
guesses are worth a look. They are hypotheses: the model is right about types far more often than
about instances, and nothing but a text can state a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import ParameterError
from ...graph.fragments import (
    MAX_WORDS,
    MIN_SUPPORT,
    Fragment,
    TypedSentence,
    collect_fragments,
    normalize_fragment,
)
from .expectations import Question, Side, ask, mean_types
from .relation_names import UNNAMED, RelationName, RelationNamer
from .verification import NOT_FOUND, Claim, Fact, Verdict, verify_claims

if TYPE_CHECKING:
    from ...graph.descriptors import Share
    from ..reader import Reader

_LEAST_SHARE = 0.1
_SIDES: tuple[Side, Side] = ("right", "left")


@dataclass(frozen=True, slots=True)
class HarvestRules:
    """What is harvested.

    Attributes
    ----------
    max_words, min_support
        As in `collect_fragments`.
    min_documents
        Documents that have to hold a fragment.
    max_entropy
        Bits: a side of a fragment is asked for hypotheses where the types expected there have no
        more. docs/relations.md says what that was chosen by.
    n_entities
        Phrases that a side is asked with, those most often seen there.
    max_fragments
        The most frequent fragments that are asked.
    """

    max_words: int = MAX_WORDS
    min_support: int = MIN_SUPPORT
    min_documents: int = 2
    max_entropy: float = 2.0
    n_entities: int = 16
    max_fragments: int = 300


@dataclass(frozen=True, slots=True)
class ExpectedSide:
    """What the model expects on one side of a fragment.

    `types` are the mean shares of the main types over `n_asked` phrases on the other side, the
    largest first; `entropy` is theirs in bits, None where nothing is known. `is_sharp` tells
    whether it is low enough to trust the type.
    """

    types: tuple[Share, ...]
    entropy: float | None
    n_asked: int
    is_sharp: bool

    @property
    def type(self) -> str:
        """The main type with the largest share, "" where nothing is known."""
        return self.types[0][0] if self.types else ""


@dataclass(frozen=True, slots=True)
class LinkingFragment:
    """A fragment with what the model expects on either side, and the relation it may stand for."""

    fragment: Fragment
    left: ExpectedSide
    right: ExpectedSide
    name: RelationName

    @property
    def is_kept(self) -> bool:
        """Whether a side is sharp."""
        return self.left.is_sharp or self.right.is_sharp


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the model may put beside a fragment: a candidate, not a fact.

    Attributes
    ----------
    left, fragment, right
        The claim; one of the two sides is the model's guess.
    guessed
        Which one.
    name
        The relation that the fragment may stand for.
    rank, probability
        Its place among the guesses for the same question, and the model's probability.
    entropy
        Bits of the types expected on that side of the fragment.
    verdict
        What the facts of the corpus say of the pair.
    is_candidate
        Always true: even a pair that is stated is the model's guess here.
    """

    left: str
    fragment: str
    right: str
    guessed: Side
    name: RelationName
    rank: int
    probability: float
    entropy: float
    verdict: Verdict = NOT_FOUND
    is_candidate: bool = True


def harvest_fragments(
    reader: Reader,
    sentences: Iterable[TypedSentence],
    *,
    rules: HarvestRules = HarvestRules(),
    namer: RelationNamer | None = None,
) -> list[LinkingFragment]:
    """Collect the fragments that link typed phrases, and ask the model what it expects beside them.

    Parameters
    ----------
    reader
        Model and labels.
    sentences
        Read as a stream; see `stored_sentences` and `read_sentences`.
    rules
        What is harvested.
    namer
        Names the relations of fragments; without it none has a name.

    Returns
    -------
    The fragments, those with a sharp side first, then by falling support and by text.

    Raises
    ------
    ParameterError
        If a number of the rules is below 1.
    """
    _check(rules)
    found = collect_fragments(sentences, max_words=rules.max_words, min_support=rules.min_support)
    kept = [f for f in found if f.n_documents >= rules.min_documents][: rules.max_fragments]
    rights = _expect(reader, kept, "right", rules)
    lefts = _expect(reader, kept, "left", rules)
    linking = [
        LinkingFragment(fragment, left, right, namer.name(fragment) if namer else UNNAMED)
        for fragment, left, right in zip(kept, lefts, rights, strict=True)
    ]
    return sorted(linking, key=lambda f: (not f.is_kept, -f.fragment.support, f.fragment.text))


def _check(rules: HarvestRules) -> None:
    numbers = (rules.min_documents, rules.n_entities, rules.max_fragments)
    if min(numbers) < 1 or rules.max_entropy <= 0:
        raise ParameterError(
            f"Got {rules}; give at least 1 for each number, and an entropy above 0 bits."
        )


def _expect(
    reader: Reader, fragments: Sequence[Fragment], side: Side, rules: HarvestRules
) -> list[ExpectedSide]:
    """Ask every fragment with its most frequent phrases, one side hidden."""
    given = [
        [name for name, _ in (f.lefts if side == "right" else f.rights)[: rules.n_entities]]
        for f in fragments
    ]
    questions = [
        Question(name, fragment.link, side)
        for fragment, names in zip(fragments, given, strict=True)
        for name in names
    ]
    answers = iter(ask(reader, questions, k=1))
    expected = []
    for names in given:
        types, entropy = mean_types([next(answers) for _ in names], reader.typer.types)
        is_sharp = entropy is not None and entropy <= rules.max_entropy
        expected.append(ExpectedSide(types, entropy, len(names), is_sharp))
    return expected


def propose(
    reader: Reader,
    linking: Sequence[LinkingFragment],
    *,
    about: str = "",
    n_entities: int = 3,
    k: int = 5,
    facts: Iterable[Fact] = (),
) -> list[Hypothesis]:
    """Let the model guess beside the sharp sides of fragments, and look the guesses up.

    Parameters
    ----------
    reader
        Model and labels.
    linking
        As `harvest_fragments` gives them.
    about
        A phrase to ask the fragments with: those that stood beside phrases of its type. Without it
        each fragment is asked with its most frequent phrases.
    n_entities
        How many of these on each side.
    k
        Guesses for each question.
    facts
        What the corpus states; read once.

    Returns
    -------
    Hypotheses in the order of the fragments, those of a question by rank.
    """
    label = _main_type(reader, about) if about else ""
    asked = [
        (fragment, Question(name, fragment.fragment.link, side))
        for fragment in linking
        for side in _SIDES
        for name in _asked_with(fragment, side, about, label, n_entities)
    ]
    answers = ask(reader, [question for _, question in asked], k=k)
    hypotheses = [
        _hypothesis(fragment, question, rank, guess.text, guess.probability)
        for (fragment, question), answer in zip(asked, answers, strict=True)
        for rank, guess in enumerate(answer.guesses, start=1)
    ]
    claims = [Claim(h.left, h.fragment, h.right) for h in hypotheses]
    return [
        replace(hypothesis, verdict=verdict)
        for hypothesis, verdict in zip(hypotheses, verify_claims(claims, facts), strict=True)
    ]


def fitting(
    reader: Reader, linking: Sequence[LinkingFragment], about: str
) -> list[LinkingFragment]:
    """Return the fragments that can be asked with a phrase, in the order given.

    They stood beside phrases of its type, and the other side is sharp.
    """
    label = _main_type(reader, about)
    return [f for f in linking if any(_asked_with(f, side, about, label, 1) for side in _SIDES)]


def _asked_with(
    linking: LinkingFragment, side: Side, about: str, label: str, n_entities: int
) -> list[str]:
    """Return the phrases to ask a side with; none where it is not sharp or the type differs."""
    fragment = linking.fragment
    hidden, given, types = (
        (linking.right, fragment.lefts, fragment.left_types)
        if side == "right"
        else (linking.left, fragment.rights, fragment.right_types)
    )
    if not hidden.is_sharp:
        return []
    if about:
        return [about] if dict(types).get(label, 0.0) >= _LEAST_SHARE else []
    return [name for name, _ in given[:n_entities]]


def _main_type(reader: Reader, phrase: str) -> str:
    """Return the main type of a phrase by itself."""
    describer = reader.typer.describer
    votes = describer.phrase_votes([phrase])
    [types] = describer.rank_main_types(describer.by_type(votes))
    return types[0][0] if types else ""


def _hypothesis(
    linking: LinkingFragment, question: Question, rank: int, guess: str, probability: float
) -> Hypothesis:
    is_right = question.side == "right"
    expected = linking.right if is_right else linking.left
    return Hypothesis(
        left=question.entity if is_right else guess,
        fragment=linking.fragment.text,
        right=guess if is_right else question.entity,
        guessed=question.side,
        name=linking.name,
        rank=rank,
        probability=probability,
        entropy=expected.entropy or 0.0,
    )


def find_fragment(linking: Sequence[LinkingFragment], text: str) -> list[LinkingFragment]:
    """Return the fragment with a text, whatever its spelling.

    Raises
    ------
    ParameterError
        If there is none; the message names some that share a word with it.
    """
    wanted = normalize_fragment(f" {text.strip()} ")
    found = [f for f in linking if f.fragment.text == wanted]
    if not found:
        words = set(wanted.split())
        near = [f.fragment.text for f in linking if words & set(f.fragment.text.split())][:5]
        known = near or [f.fragment.text for f in linking[:5]]
        raise ParameterError(
            f"No fragment {text!r} links typed phrases often enough here; "
            + (f"there are: {', '.join(map(repr, known))}" if known else "none does")
            + ". Lower --min-support to see rarer ones."
        )
    return found
