"""How the parse joins two arguments: the words between them, and who does it to whom.

Coordination is undone first: in "X inhibits Y and Z" the path from X to Z is that from X to Y. The
words on the path, the words that hang on it and the word above both may name a relation. Which
argument does it is told by grammatical labels, prepositions and voice, never by the order of words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..parsing import ParsedSentence
from ..relations.clauses import SUBJECTS, is_passive
from ..relations.dependency_tree import NOMINAL, DependencyTree
from ..relations.words import LIGHT_VERBS, RAISING

Words = tuple[int, int]
"""The first word of a stretch and the word after the last."""

_CONTENT = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
_FUNCTION_LABELS = ("case", "fixed", "cop", "mark", "compound:prt", "cc:preconj")
_MODIFIERS = (
    "amod",
    "acl",
    "compound",
    "advmod",
    "nmod",
    "obj",
    "xcomp",
    "nmod:desc",
    "appos",
    "conj",
)
_TIMES = ("after", "during", "at", "under")
_HYPHENS = ("-", "\u2010", "\u2013")
_OPENING = ("(", "[")

# How much of a doer each grammatical place is; only the order between two places counts.
_DOER = {"nsubj": 3.0, "nsubj:pass": -3.0, "nsubj:outer": 3.0, "csubj": 3.0, "obl:agent": 3.0}
_DOER |= {"obj": -3.0, "iobj": -2.0, "nmod:poss": 1.0, "compound": -0.5, "amod": -0.5}
_BY_PREPOSITION = {
    "by": 3.0, "through": 2.0, "via": 2.0, "using": 2.0, "from": 1.5, "with": 1.0, "due to": 2.5,
    "because of": 2.5, "after": 2.0, "following": 2.0, "during": 1.5, "upon": 1.5, "under": 1.5,
    "of": -1.0, "on": -2.0, "against": -2.5, "to": -2.0, "into": -2.0, "in": -2.0, "for": -1.5,
    "toward": -2.0, "towards": -2.0, "at": -2.0, "as": -2.0, "within": -2.0, "than": -1.0,
}  # fmt: skip
_OTHER_PREPOSITION = -0.5
_BEARER = 2.0  # "aspirin, an inhibitor of COX"; "aspirin is an inhibitor"
_NOUN_ABOVE = -1.0
_OF_DOER = 1.5  # "the effect of aspirin"

# How surely an argument is one of the trigger's own, where it does not simply hang on it.
_ADJUNCT, _BORROWED, _ELSEWHERE, _SAME_ROLE = 0.6, 0.9, 0.5, 0.3

# What a further word on the path takes away.
_TRANSPARENT_WORD, _NOUN, _RAISING_VERB, _VERB = 0.97, 0.85, 0.95, 0.65

_DONE_BY_NOUNS = frozenset(
    "effect result consequence complication outcome toxicity sequela manifestation impact "
    "influence action role use efficacy effectiveness potency administration".split()
)
"""Nouns whose *of* names the doer."""

_TRANSPARENT = frozenset(
    "activity administration case concentration dose effect episode exposure expression form group "
    "incidence induction intake level member mrna number onset patient phase presence protein rat "
    "mouse rate receptor risk role series severity subject symptom therapy treatment type use "
    "woman man child animal function pathway signaling production release family variety class".split()
)
"""Nouns that speak of the thing after them: "expression of BCL2", "patients with asthma"."""


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
        How surely both are the word's own arguments, in (0, 1].
    """

    word: int
    where: str
    doer: float
    core: float = 1.0


@dataclass(frozen=True, slots=True)
class Link:
    """How two arguments hang together.

    Attributes
    ----------
    first, second
        Their head words.
    inner
        The words on the path between them, coordination undone.
    coordinated
        Whether the two are members of one list, or in the same place of one word.
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

    Parameters
    ----------
    sentence
        The parsed sentence.
    """

    def __init__(self, sentence: ParsedSentence) -> None:
        self.tree = DependencyTree(sentence)
        tree = self.tree
        self.parents, self.labels = list(tree.heads), list(tree.deps)
        self.first_of: list[int] = list(range(len(tree)))  # first member of each word's list
        for word in range(len(tree)):
            if tree.deps[word] == "conj" and tree.upos[word] in NOMINAL:
                first = self._first_member(word)
                if first != word and tree.upos[first] in NOMINAL:
                    self.first_of[word] = first
                    self.parents[word], self.labels[word] = tree.heads[first], tree.deps[first]
                    if self.parents[word] == first:  # the root itself is listed
                        self.parents[word], self.labels[word] = first, "conj"

    def _first_member(self, word: int) -> int:
        tree = self.tree
        for _ in range(len(tree)):
            if tree.deps[word] != "conj" or tree.heads[word] == word:
                return word
            word = tree.heads[word]
        return word

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return self.tree.sentence.offsets

    def words_of(self, start: int, end: int) -> Words | None:
        """Return the words that a stretch of characters touches, None for none."""
        sentence = self.tree.sentence
        touched = [
            word
            for word, offset in enumerate(self._offsets)
            if offset < end and offset + len(sentence.words[word]) > start
        ]
        return (touched[0], touched[-1] + 1) if touched else None

    def head_of(self, words: Words) -> int:
        """Return the word of a stretch that hangs on a word outside of it, the last of several."""
        first, stop = words
        heads = self.tree.heads
        outer = [w for w in range(first, stop) if not first <= heads[w] < stop or heads[w] == w]
        nouns = [word for word in outer if self.tree.upos[word] in NOMINAL]
        return (nouns or outer or [stop - 1])[-1]

    def link(self, one: Words, other: Words, *, max_inner: int) -> Link | None:
        """Tell how two arguments hang together.

        Parameters
        ----------
        one, other
            Their words.
        max_inner
            The most words that a path may have between them.

        Returns
        -------
        Link or None
            None where they do not overlap in a tree, or lie too far apart.
        """
        first, second = self.head_of(one), self.head_of(other)
        if first == second:
            return None
        up, down = self._chain(first), self._chain(second)
        shared = next((word for word in up if word in down), None)
        if shared is None:
            return None
        rising, falling = up[: up.index(shared)], down[: down.index(shared)]
        nodes = [*rising, shared, *falling[::-1]]
        inner = [w for w in nodes if w not in (first, second)]
        inner = self._without_shared_verb(inner, rising, falling, shared)
        if len(inner) > max_inner:
            return None
        inside = {*range(*one), *range(*other)}
        places = tuple(self._places(first, second, inner, shared, inside))
        return Link(
            first=first,
            second=second,
            inner=tuple(inner),
            coordinated=self._are_coordinated(first, second, rising, falling),
            places=places,
        )

    def _chain(self, word: int) -> list[int]:
        """Give a word and all above it, coordination undone."""
        line, seen = [word], {word}
        while (above := self.parents[line[-1]]) not in seen:
            line.append(above)
            seen.add(above)
        return line

    def _without_shared_verb(
        self, inner: list[int], rising: list[int], falling: list[int], shared: int
    ) -> list[int]:
        """Leave out the first of two verbs with one subject: "X binds A and inhibits Y"."""
        for subject_side, other_side in ((rising, falling), (falling, rising)):
            if not (subject_side and other_side) or shared not in inner:
                continue
            joined = other_side[-1]
            is_shared = self.labels[joined] == "conj" and not self.tree.having(joined, *SUBJECTS)
            if is_shared and self.labels[subject_side[-1]] in SUBJECTS and joined in inner:
                return [word for word in inner if word != shared]
        return inner

    def _are_coordinated(
        self, first: int, second: int, rising: list[int], falling: list[int]
    ) -> bool:
        if self.first_of[first] == self.first_of[second]:
            return True
        return (
            len(rising) == len(falling) == 1
            and self._case_of(first) == self._case_of(second)
            and self.labels[first] == self.labels[second]
        )

    def _places(
        self, first: int, second: int, inner: list[int], shared: int, inside: set[int]
    ) -> Iterator[Place]:
        tree = self.tree
        seen = {*inside}
        for word in inner:
            if word not in seen:
                seen.add(word)
                yield self._place(first, second, word, "path", inner)
        for word in (first, second):
            for case in tree.case_words(word) or tree.case_words(self.first_of[word]):
                if case not in seen:
                    seen.add(case)
                    yield self._case_place(first, second, word, case, inner)
        for word in (first, second, *inner):
            for child in tree.children[word]:
                is_own = tree.deps[child] in _MODIFIERS and tree.upos[child] in _CONTENT
                if child not in seen and is_own:
                    seen.add(child)
                    yield self._place(first, second, child, "beside", inner)
        yield from self._above(first, second, shared, inner, seen)
        yield from self._signs(first, second, inner)

    def _above(
        self, first: int, second: int, shared: int, inner: list[int], seen: set[int]
    ) -> Iterator[Place]:
        above = self.parents[shared]
        if shared in (first, second) and above not in seen:
            yield self._place(first, second, above, "above", inner)

    def _signs(self, first: int, second: int, inner: list[int]) -> Iterator[Place]:
        """Find the bracket between a name and another form of it, and *is* between two names."""
        low, high = sorted((first, second))
        if self.labels[high] == "appos" and self.parents[high] == low:
            for word in range(low + 1, high):
                if self.tree.words[word] in _OPENING:
                    yield Place(word, "path", 0.0)
                    break
        for kind, other in ((first, second), (second, first)):
            if not inner and self.parents[other] == kind and self.labels[other] in SUBJECTS:
                for copula in self.tree.having(kind, "cop"):
                    yield Place(copula, "path", _BEARER if other == first else -_BEARER)

    def _place(self, first: int, second: int, word: int, where: str, inner: list[int]) -> Place:
        (doer, core), (other_doer, other_core) = (
            self._doer_of(argument, word) for argument in (first, second)
        )
        trust = core * other_core * self._path_trust(word, inner)
        if min(abs(doer), abs(other_doer)) >= _BEARER and doer == other_doer:
            trust *= _SAME_ROLE
        return Place(word, where, doer - other_doer, trust)

    def _case_place(self, first: int, second: int, word: int, case: int, inner: list[int]) -> Place:
        """Tell who does it where a preposition names the relation: "failure due to the drug"."""
        doer = _BY_PREPOSITION.get(self._case_of(word), _OTHER_PREPOSITION)
        trust = self._path_trust(case, inner)
        return Place(case, "case", doer if word == first else -doer, trust)

    def _path_trust(self, trigger: int, inner: list[int]) -> float:
        """Lower the trust for each further word on the path, verbs most."""
        tree, trust = self.tree, 1.0
        for word in inner:
            if word == trigger:
                continue
            lemma = tree.lemmas[word]
            if tree.upos[word] == "VERB":
                trust *= _RAISING_VERB if lemma in RAISING or lemma in LIGHT_VERBS else _VERB
            else:
                trust *= _TRANSPARENT_WORD if lemma in _TRANSPARENT else _NOUN
        return trust

    def case_of(self, word: int) -> str:
        """Return the preposition of a word, or of the list that it is in; "" for none."""
        return self._case_of(word)

    def _case_of(self, word: int) -> str:
        return self.tree.preposition(word) or self.tree.preposition(self.first_of[word])

    def _doer_of(self, argument: int, trigger: int) -> tuple[float, float]:
        """Say how much of a doer an argument is, and how surely it is one of the trigger's own."""
        chain = self._chain(argument)
        if trigger in chain[1:]:
            return self._doer_below(chain[chain.index(trigger) - 1], trigger)
        above = self._chain(trigger)
        if argument in above:
            return self._doer_above(above[above.index(argument) - 1]), 1.0
        shared = next((word for word in above if word in chain), None)
        if shared is None:
            return 0.0, _ELSEWHERE
        top = chain[chain.index(shared) - 1]
        is_subject = self.labels[top] in SUBJECTS and self.tree.upos[shared] == "VERB"
        if is_subject and self.tree.upos[trigger] in ("VERB", "NOUN"):
            doer, _ = self._doer_below(top, shared)
            return doer, _BORROWED
        return self._doer_below(top, shared)[0] / 2, _ELSEWHERE

    def _doer_below(self, child: int, trigger: int) -> tuple[float, float]:
        tree, label = self.tree, self.labels[child]
        is_done_by = tree.lemmas[trigger] in _DONE_BY_NOUNS
        if child == trigger - 2 and tree.words[trigger - 1] in _HYPHENS:
            return 0.0, 1.0  # "X-induced Y"
        if label in SUBJECTS and tree.upos[trigger] != "VERB":
            return (-_BEARER if is_done_by else _BEARER), 1.0
        if label in _DOER:
            return _DOER[label], 1.0
        preposition = self._case_of(child)
        if preposition == "of" and is_done_by:
            return _OF_DOER, 1.0
        if preposition:
            return self._by_preposition(preposition, trigger)
        if label in ("appos", "flat", "nmod:desc"):
            return _BEARER, 1.0  # "the inhibitor aspirin"
        return 0.0, 1.0 if label == "obl:unmarked" else _BORROWED

    def _by_preposition(self, preposition: str, trigger: int) -> tuple[float, float]:
        tree = self.tree
        doer = _BY_PREPOSITION.get(preposition, _OTHER_PREPOSITION)
        if tree.upos[trigger] != "VERB":
            return doer, 1.0
        is_active = not is_passive(tree, trigger)
        if preposition == "with" and is_active:
            doer = -1.5  # "X binds with Y", unlike "is treated with Y"
        has_theme = bool(tree.having(trigger, "obj")) or not is_active
        is_adjunct = preposition in _TIMES or (
            has_theme and doer < 0 and preposition not in ("for", "against", "of")
        )
        return doer, _ADJUNCT if is_adjunct else 1.0

    def _doer_above(self, child: int) -> float:
        """Say it of an argument that the trigger describes: "Y induced by X"."""
        tree, label, text = self.tree, self.labels[child], self.tree.words[child]
        if label == "acl:relcl":
            for pronoun in tree.having(child, *SUBJECTS):
                if tree.upos[pronoun] in ("PRON", "DET", "SCONJ"):
                    return _DOER[self.labels[pronoun]]
            return -3.0
        if label in ("acl", "amod", "advcl") and tree.upos[child] in ("VERB", "ADJ"):
            return 2.5 if text.endswith("ing") and not is_passive(tree, child) else -2.5
        if label in ("appos", "compound", "flat", "nmod:desc"):
            return _BEARER if tree.upos[child] in NOMINAL else 0.0
        return _NOUN_ABOVE

    def words_around(self, word: int) -> set[str]:
        """Give what may complete a trigger of several words: its particles, prepositions, nouns."""
        tree = self.tree
        around: set[str] = set()
        for child in tree.children[word]:
            if tree.deps[child] in _FUNCTION_LABELS:
                self._add(around, child)
            else:
                if tree.deps[child] in ("obj", "xcomp", "amod", "obl", "nmod", "compound"):
                    self._add(around, child)
                for case in tree.having(child, "case", "mark"):
                    self._add(around, case)
        if tree.deps[word] in ("case", "fixed"):
            self._add(around, tree.heads[word])
        return around

    def _add(self, around: set[str], word: int) -> None:
        around |= {self.tree.words[word], self.tree.lemmas[word]}
        around |= {self.tree.words[part] for part in self.tree.having(word, "fixed")}
