"""Dependency labels: which scheme a parser speaks, and the way from one to the other.

Everything above this file reads Universal Dependencies v2 (UD), the scheme of the embedded parser.
Most English pipelines of spaCy (``en_core_web_*``) speak ClearNLP instead, where a preposition
heads its noun and a form of *be* heads what it links. `to_universal` turns such a tree over::

    ClearNLP    drug -nsubj> binds -prep> to -pobj> cells
    UD          drug -nsubj> binds -obl> cells -case> to

    ClearNLP    aspirin -nsubj> is <root, is -attr> drug
    UD          aspirin -nsubj> drug <root, drug -cop> is
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from ..errors import ModelError

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "SYM", "DET"})
_PREPOSITIONAL = frozenset({"prep", "agent", "dative"})

_RENAMED = {
    "ROOT": "root",
    "acomp": "xcomp",
    "attr": "xcomp",
    "auxpass": "aux:pass",
    "csubjpass": "csubj:pass",
    "dative": "iobj",
    "dobj": "obj",
    "intj": "discourse",
    "meta": "dep",
    "neg": "advmod",
    "nsubjpass": "nsubj:pass",
    "oprd": "xcomp",
    "pcomp": "advcl",
    "pobj": "obl",
    "poss": "nmod:poss",
    "preconj": "cc:preconj",
    "predet": "det:predet",
    "prep": "advmod",
    "prt": "compound:prt",
    "quantmod": "advmod",
    "relcl": "acl:relcl",
}

_ONLY_CLEARNLP = (frozenset(_RENAMED) | {"agent", "npadvmod"}) - {"ROOT"}
_ONLY_UNIVERSAL = frozenset({"obj", "obl"})
_UNIVERSAL = frozenset(
    "acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det discourse "
    "dislocated expl fixed flat goeswith iobj list mark nmod nsubj nummod obj obl orphan parataxis "
    "punct reparandum root vocative xcomp".split()
)

_ARGUMENT_LABELS = {"agent": "obl:agent", "conj": "conj"}  # other prepositions: by their head
_STAYS_WITH_VERB = frozenset({"aux:pass", "compound:prt"})


class LabelScheme(Enum):
    """The two label schemes that can be read."""

    UNIVERSAL = "Universal Dependencies v2"
    CLEARNLP = "ClearNLP"


def detect_scheme(labels: Iterable[str]) -> LabelScheme:
    """Say which scheme a parser's labels belong to.

    Raises
    ------
    ModelError
        The labels belong to neither scheme, or to both.

    Examples
    --------
    >>> detect_scheme(["nsubj", "obj", "obl", "case", "punct"])
    <LabelScheme.UNIVERSAL: 'Universal Dependencies v2'>
    """
    known = set(labels)
    is_universal = {"obj", "obl"} <= known
    is_clearnlp = {"dobj", "pobj"} <= known
    if is_universal != is_clearnlp:
        return LabelScheme.UNIVERSAL if is_universal else LabelScheme.CLEARNLP
    what = "labels of two schemes" if is_universal else "labels of no known scheme"
    raise ModelError(
        f"The parser has {what} ({', '.join(sorted(known)[:12])}, ...); expected Universal "
        "Dependencies v2 (obj, obl, ...) or ClearNLP (dobj, pobj, ...). Choose another pipeline."
    )


def detect_scheme_of_tree(labels: Iterable[str]) -> LabelScheme:
    """Say which scheme the labels of one document belong to; UD where they would fit both.

    Raises
    ------
    ModelError
        Some labels belong to neither scheme, or there are labels of both.

    Examples
    --------
    >>> detect_scheme_of_tree(["nsubj", "ROOT", "prep", "pobj"]).value
    'ClearNLP'
    """
    known = {label.partition(":")[0] for label in labels} - {"", "ROOT"}
    strange = known - _UNIVERSAL - _ONLY_CLEARNLP
    if strange or (known & _ONLY_CLEARNLP and known & _ONLY_UNIVERSAL):
        what = "labels of no known scheme" if strange else "labels of two schemes"
        raise ModelError(
            f"The document has {what} ({', '.join(sorted(strange or known)[:12])}); expected a "
            "parse in Universal Dependencies v2 or ClearNLP. Choose another pipeline."
        )
    return LabelScheme.CLEARNLP if known & _ONLY_CLEARNLP else LabelScheme.UNIVERSAL


def to_universal(
    lemmas: Sequence[str], upos: Sequence[str], deps: Sequence[str], heads: Sequence[int]
) -> tuple[list[str], list[int]]:
    """Turn one sentence's ClearNLP tree into a Universal Dependencies tree.

    Parameters
    ----------
    lemmas, upos, deps
        Lemma, coarse part of speech and ClearNLP label of each word.
    heads
        Index of the head of each word; a root is its own head.

    Returns
    -------
    tuple of list of str, list of int
        UD labels and heads.

    References
    ----------
    .. [1] de Marneffe, Manning, Nivre, Zeman (2021). Universal Dependencies.

    Examples
    --------
    "It binds to cells":

    >>> to_universal(["it", "bind", "to", "cell"], ["PRON", "VERB", "ADP", "NOUN"],
    ...              ["nsubj", "ROOT", "prep", "pobj"], [1, 1, 1, 2])
    (['nsubj', 'root', 'case', 'obl'], [1, 1, 3, 1])
    """
    tree = _ClearTree(list(lemmas), list(upos), list(deps), list(heads))
    tree.lower_prepositions()
    tree.lower_copulas()
    tree.flatten_coordination()
    return [tree.universal_label(word) for word in range(len(heads))], tree.heads


class _ClearTree:
    """A tree being turned over; each step leaves a tree."""

    def __init__(self, lemmas: list[str], upos: list[str], deps: list[str], heads: list[int]):
        self.lemmas, self.upos, self.deps, self.heads = lemmas, upos, deps, heads

    def children(self, word: int, *labels: str) -> list[int]:
        """Words that hang under `word`, with any of `labels` (none given: with any label)."""
        return [
            child
            for child, head in enumerate(self.heads)
            if head == word != child and (not labels or self.deps[child] in labels)
        ]

    def is_nominal_head(self, word: int) -> bool:
        return self.upos[self.heads[word]] in _NOMINAL

    def universal_label(self, word: int) -> str:
        """Name in UD what the turned tree still calls by a ClearNLP label."""
        match self.deps[word], self.upos[word]:
            case "aux", "PART":
                return "mark"
            case "neg", "DET":
                return "det"
            case "npadvmod", _:
                return "nmod:unmarked" if self.is_nominal_head(word) else "obl:unmarked"
            case label, _:
                return _RENAMED.get(label, label)

    def lower_prepositions(self) -> None:
        """Hang each preposition under its noun: *cells* in "out of cells" gets both."""
        for word, dep in enumerate(self.deps):
            if dep not in _PREPOSITIONAL and (dep, self.upos[word]) != ("conj", "ADP"):
                continue
            for inner in self.children(word, "prep"):
                self._lower_preposition(inner, label="pobj")
            self._lower_preposition(word, label=_ARGUMENT_LABELS.get(dep, ""))

    def _lower_preposition(self, word: int, *, label: str) -> None:
        governed = self.children(word, "pobj", "pcomp")
        if not governed:
            return
        noun, is_nominal = governed[0], self.is_nominal_head(word)
        is_clause = self.deps[noun] == "pcomp"
        if is_clause and label != "pobj":
            label = "acl" if is_nominal else "advcl"
        for child in self.children(word):
            self.heads[child] = noun
        self._replace(word, noun, label or ("nmod" if is_nominal else "obl"))
        self.deps[word] = "mark" if is_clause else "case"

    def _replace(self, old: int, new: int, label: str) -> None:
        """Put `new` where `old` hangs, and `old` under `new`."""
        self.heads[new] = new if self.heads[old] == old else self.heads[old]
        self.deps[new] = label
        self.heads[old] = new

    def lower_copulas(self) -> None:
        """Let what a form of *be* links head the clause, unless the clause is "there is"."""
        for verb in range(len(self.deps)):
            if self.lemmas[verb] != "be" or self.deps[verb] in ("aux", "auxpass", "cop"):
                continue
            linked = self.children(verb, "attr", "acomp") or [
                noun for noun in self.children(verb, "obl") if noun > verb
            ]
            if not linked:
                continue
            if self.children(verb, "expl"):
                self.deps[linked[0]] = "nsubj"
            else:
                self._lower_copula(verb, linked[0])

    def _lower_copula(self, verb: int, predicate: int) -> None:
        for child in self.children(verb):
            if child != predicate and self.deps[child] not in _STAYS_WITH_VERB:
                self.heads[child] = predicate
        self._replace(verb, predicate, self.deps[verb])
        self.deps[verb] = "cop"

    def flatten_coordination(self) -> None:
        """Hang every conjunct under the first, and each conjunction under the conjunct after it."""
        for word, dep in enumerate(self.deps):
            if dep == "cc":
                after = [c for c in self.children(self.heads[word], "conj") if c > word]
                self.heads[word] = after[0] if after else self.heads[word]
        for word, dep in enumerate(self.deps):
            while dep == "conj" and self.deps[self.heads[word]] == "conj":
                self.heads[word] = self.heads[self.heads[word]]
