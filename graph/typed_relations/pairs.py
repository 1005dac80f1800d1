"""How the parse joins two arguments, and which words may name their relation.

The words on the dependency path between the arguments, the words that hang on it, the prepositions
that introduce the arguments and the word above both may. How far each can be trusted falls with
what else lies on the path: a further verb says that something else is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..parsing import ParsedSentence
from ..relations.clauses import SUBJECTS
from ..relations.words import LIGHT_VERBS, RAISING
from .roles import BEARER, HYPHENS, preposition_doer, role_of
from .spread_tree import SpreadTree, Words

Where = Literal["path", "beside", "above", "case"]

_CONTENT = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
_FUNCTION_LABELS = ("case", "fixed", "cop", "mark", "compound:prt", "cc:preconj")
_COMPLETING_LABELS = ("obj", "xcomp", "amod", "obl", "nmod", "compound")
_BESIDE_LABELS = (
    "amod", "acl", "compound", "advmod", "nmod", "obj", "xcomp", "nmod:desc", "appos", "conj",
)  # fmt: skip
OPENING_BRACKETS = ("(", "[")

# What a further word on the path takes away.
_TRANSPARENT_WORD, _NOUN, _RAISING_VERB, _VERB, _GOVERNING_VERB = 0.97, 0.85, 0.95, 0.65, 0.4

_TRANSPARENT = frozenset(
    "activity administration case concentration dose effect episode exposure expression form group "
    "incidence induction intake level member mrna number onset patient phase presence protein rat "
    "mouse rate receptor risk role series severity subject symptom therapy treatment type use "
    "woman man child animal function pathway signaling production release family variety "
    "class".split()
)
"""Nouns that speak of the thing after them: "expression of BCL2", "patients with asthma"."""


_OCCURRING = frozenset("occur observe see find note report describe develop appear follow".split())
"""Verbs that say only that there is something: "tremor occurred after"."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word that may name the relation of two arguments.

    Attributes
    ----------
    word
        The word.
    where
        "path" between the arguments, "beside" it, "above" both, or "case": it introduces one.
    doer
        How much more of a doer the first argument is than the second; 0 where nothing tells.
    core
        How far the word can be trusted to relate these two, in (0, 1].
    same_role
        Whether both do it, or both undergo it.
    has_doer
        Whether one of them may be who does it.
    """

    word: int
    where: Where
    doer: float
    core: float = 1.0
    same_role: bool = False
    has_doer: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """How two arguments hang together.

    Attributes
    ----------
    first, second
        Their head words.
    inner
        The words on the path between them, lists undone.
    coordinated
        Whether the two are members of one list.
    places
        The words that may name their relation, those on the path first.
    """

    first: int
    second: int
    inner: tuple[int, ...]
    coordinated: bool
    places: tuple[Place, ...]


class PairReader:
    """Reads how the arguments of a sentence hang together.

    Attributes
    ----------
    spread
        Its tree, lists undone.

    Parameters
    ----------
    sentence
        The parsed sentence.
    """

    def __init__(self, sentence: ParsedSentence) -> None:
        self.spread = SpreadTree(sentence)
        self.tree = self.spread.tree

    def link(
        self, one: Words, other: Words, *, max_inner: int, may_name: Callable[[int], bool]
    ) -> Link | None:
        """Tell how two arguments hang together.

        Parameters
        ----------
        one, other
            Their words.
        max_inner
            The most words that a path may have between them.
        may_name
            Tells which words may name a relation; no other is looked at.

        Returns
        -------
        Link or None
            None where they have one head, no word above both, or a longer path.
        """
        spread = self.spread
        first, second = spread.head_of(one), spread.head_of(other)
        up, down = spread.chain(first), spread.chain(second)
        shared = next((word for word in up if word in down), None)
        if first == second or shared is None:
            return None
        path = _Path(first, second, shared, up[: up.index(shared)], down[: down.index(shared)])
        inner = self._without_shared_verb(path)
        if len(inner) > max_inner:
            return None
        inside = {*range(*one), *range(*other)}
        return Link(
            first=first,
            second=second,
            inner=tuple(inner),
            coordinated=spread.first_of[first] == spread.first_of[second],
            places=tuple(self._places(path, inner, inside, may_name)),
        )

    def are_partners(self, link: Link, word: int) -> bool:
        """Tell whether two members of a list do something to each other: "X and Y interact"."""
        return link.coordinated and not self.tree.having(word, "obj", "obl", "nsubj:pass", "ccomp")

    def words_around(self, word: int) -> set[str]:
        """Give what may complete a trigger of several words: its particles, prepositions, nouns."""
        tree = self.tree
        around: set[str] = set()
        for child in tree.children[word]:
            label = tree.deps[child]
            if label in _FUNCTION_LABELS or label in _COMPLETING_LABELS:
                self._add(around, child)
            if label not in _FUNCTION_LABELS:
                for case in tree.having(child, "case", "mark"):
                    self._add(around, case)
        if tree.deps[word] in ("case", "fixed"):
            self._add(around, tree.heads[word])
        return around

    def _add(self, around: set[str], word: int) -> None:
        around |= {self.tree.words[word], self.tree.lemmas[word]}
        around |= {self.tree.words[part] for part in self.tree.having(word, "fixed")}

    def _without_shared_verb(self, path: _Path) -> list[int]:
        """Leave out the first of two verbs with one subject: "X binds A and inhibits Y"."""
        labels, shared = self.spread.labels, path.shared
        for subjects, others in ((path.rising, path.falling), (path.falling, path.rising)):
            if not (subjects and others) or shared not in path.inner:
                continue
            joined = others[-1]
            has_own = self.tree.having(joined, *SUBJECTS)
            if labels[joined] == "conj" and not has_own and labels[subjects[-1]] in SUBJECTS:
                return [word for word in path.inner if word != shared or joined not in path.inner]
        return path.inner

    def _places(
        self, path: _Path, inner: list[int], inside: set[int], may_name: Callable[[int], bool]
    ) -> Iterator[Place]:
        tree = self.tree
        seen = {*inside}
        for word in inner:
            if word not in seen and may_name(word):
                seen.add(word)
                yield self._place(path, word, "path", inner)
        for place in self._case_places(path, inner, may_name):
            if place.word not in seen:
                seen.add(place.word)
                yield place
        for word in (path.first, path.second, *inner):
            for child in tree.children[word]:
                is_beside = tree.deps[child] in _BESIDE_LABELS and tree.upos[child] in _CONTENT
                if not is_beside or child in seen or not may_name(child):
                    continue
                if not self._tells_of_another(child, inside):
                    seen.add(child)
                    yield self._place(path, child, "beside", inner)
        above = self.spread.parents[path.shared]
        if path.shared in (path.first, path.second) and above not in seen and may_name(above):
            yield self._place(path, above, "above", inner)
        yield from self._signs(path, inner)

    def _place(self, path: _Path, word: int, where: Where, inner: list[int]) -> Place:
        doer, core = role_of(self.spread, path.first, word)
        other_doer, other_core = role_of(self.spread, path.second, word)
        trust = core * other_core * self._path_trust(word, inner)
        same_role = doer == other_doer and abs(doer) >= BEARER
        has_doer = max(doer, other_doer) > 0
        return Place(word, where, doer - other_doer, trust, same_role, has_doer)

    def _case_places(
        self, path: _Path, inner: list[int], may_name: Callable[[int], bool]
    ) -> Iterator[Place]:
        """Find prepositions that may name the relation: "failure after therapy with the drug"."""
        for side, sign in ((path.rising, 1.0), (path.falling, -1.0)):
            for word in side:
                for case in filter(may_name, self.spread.case_words(word)):
                    doer = sign * preposition_doer(self.spread.preposition(word))
                    yield Place(case, "case", doer, self._path_trust(case, inner))

    def _tells_of_another(self, word: int, inside: set[int]) -> bool:
        """Tell whether a modifier relates to another name than the two.

        It has a doer of its own ("failure" in "the X-induced failure"), or a participle has a
        complement of its own ("gene" and "protein" in "the gene of a protein called X").
        """
        tree = self.tree
        hyphenated = word >= 2 and tree.words[word - 1] in HYPHENS and word - 2 not in inside
        others = [*tree.having(word, "obl:agent", "obl:unmarked", "nsubj")]
        if tree.deps[word] == "acl":
            others += tree.having(word, "xcomp", "obj", "obl")
        return hyphenated or any(other not in inside for other in others)

    def _signs(self, path: _Path, inner: list[int]) -> Iterator[Place]:
        """Find the bracket between a name and another form of it, and *is* between two names."""
        spread, tree = self.spread, self.tree
        low, high = sorted((path.first, path.second))
        if spread.labels[high] == "appos" and spread.parents[high] == low:
            for word in range(low + 1, high):
                if tree.words[word] in OPENING_BRACKETS:
                    yield Place(word, "path", 0.0)
                    break
        for kind, other in ((path.first, path.second), (path.second, path.first)):
            if not inner and spread.parents[other] == kind and spread.labels[other] in SUBJECTS:
                for copula in tree.having(kind, "cop"):
                    yield Place(copula, "path", BEARER if other == path.first else -BEARER)

    def _path_trust(self, trigger: int, inner: list[int]) -> float:
        """Lower the trust for each further word on the path, verbs most."""
        tree, trust = self.tree, 1.0
        for word in inner:
            if word == trigger:
                continue
            lemma = tree.lemmas[word]
            if tree.upos[word] == "VERB":
                trust *= _verb_trust(lemma, is_preposition=tree.upos[trigger] == "ADP")
            else:
                trust *= _TRANSPARENT_WORD if lemma in _TRANSPARENT else _NOUN
        return trust


def _verb_trust(lemma: str, *, is_preposition: bool) -> float:
    """Say how far a word is trusted past a verb; "treated with" says more than "with" does."""
    if lemma in RAISING or lemma in LIGHT_VERBS or lemma in _OCCURRING:
        return _RAISING_VERB
    return _GOVERNING_VERB if is_preposition else _VERB


@dataclass(frozen=True, slots=True)
class _Path:
    """The way from one word up to the lowest word above both and down to the other.

    `rising` begins with `first`, `falling` with `second`; `shared` is in neither.
    """

    first: int
    second: int
    shared: int
    rising: list[int]
    falling: list[int]

    @property
    def inner(self) -> list[int]:
        nodes = (*self.rising, self.shared, *self.falling[::-1])
        return [word for word in nodes if word not in (self.first, self.second)]
