"""DependencyTree: one parsed sentence, with the questions that rules ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from ..parsing import ParsedSentence

NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "SYM", "X"})

_MAX_CONJUNCTS = 8


class DependencyTree:
    """The Universal Dependencies tree of a sentence; words are named by their index.

    Attributes
    ----------
    words, lemmas : list of str
        In lower case.
    upos, deps, heads
        As in `ParsedSentence`.
    children : list of list of int
        The words that hang under each word, in text order.
    """

    def __init__(self, sentence: ParsedSentence):
        self.sentence = sentence
        self.words = [word.lower() for word in sentence.words]
        self.lemmas = [lemma.lower() for lemma in sentence.lemmas]
        self.upos, self.deps, self.heads = sentence.upos, sentence.deps, sentence.heads
        self._case_words: dict[int, list[int]] = {}
        self.children: list[list[int]] = [[] for _ in self.words]
        self._under: dict[tuple[int, str], list[int]] = {}
        for word, head in enumerate(self.heads):
            if word != head:
                self.children[head].append(word)
                self._under.setdefault((head, self.deps[word]), []).append(word)

    def __len__(self) -> int:
        return len(self.words)

    def having(self, word: int, *labels: str) -> Sequence[int]:
        """Children of a word with any of the labels, in text order."""
        if not self.children[word]:
            return ()
        if len(labels) == 1:
            return self._under.get((word, labels[0]), ())
        found = [child for label in labels for child in self._under.get((word, label), ())]
        return sorted(found) if len(found) > 1 else found

    def first(self, word: int, *labels: str) -> int | None:
        """First child of a word with any of the labels."""
        return next(iter(self.having(word, *labels)), None)

    def heads_of(self, *labels: str) -> set[int]:
        """Words that have a child with any of the labels."""
        return {head for head, label in self._under if label in labels}

    def conjuncts(self, word: int) -> list[int]:
        """Give a nominal and the nominals coordinated with it, at most nine in all."""
        others = [c for c in self.having(word, "conj") if self.upos[c] in NOMINAL]
        return [word, *others[:_MAX_CONJUNCTS]]

    def case_words(self, word: int) -> list[int]:
        """Words of the preposition before a nominal: *because*, *of* in "because of stress"."""
        known = self._case_words.get(word)
        if known is None:
            cases = list(self.having(word, "case"))
            if cases:
                fixed = [part for case in cases for part in self.having(case, "fixed")]
                cases = sorted(c for c in (*cases, *fixed) if self.upos[c] != "PART")
                cases = self._with_such(cases)
            known = self._case_words[word] = cases
        return known

    def _with_such(self, cases: list[int]) -> list[int]:
        """Put *such* before *as*: parsers take it for an adjective of the example."""
        first = cases[0] if cases else 0
        if first and self.words[first] == "as" and self.words[first - 1] == "such":
            return [first - 1, *cases]
        return cases

    def preposition(self, word: int) -> str:
        """Return the preposition before a nominal, its words joined by a space; "" for none."""
        return " ".join(self.words[case] for case in self.case_words(word))

    def complements(self, word: int, *labels: str) -> Iterator[tuple[str, list[int], int]]:
        """Prepositional dependents of a word, coordination spread out.

        Yields
        ------
        tuple of str, list of int, int
            Preposition, its words, and the nominal that it governs.
        """
        for child in self.having(word, *labels):
            cases = self.case_words(child)
            for conjunct in self.conjuncts(child):
                own = self.case_words(conjunct) or cases
                if own:
                    yield " ".join(self.words[case] for case in own), own, conjunct

    def verb_lemma(self, word: int) -> str:
        """Lemma of a verb; the lemmatizer leaves some participles half done, which is mended."""
        lemma = self.lemmas[word]
        if lemma + "ed" == self.words[word] and lemma.endswith(("lat", "nat", "rat", "iz")):
            return lemma + "e"
        if lemma != self.words[word]:
            return lemma
        if lemma.endswith(("ated", "ized", "ised", "yzed")):
            return lemma[:-1]
        return lemma[:-3] + "y" if lemma.endswith("ified") else lemma

    def path(self, start: int, stop: int) -> str:
        """Dependency path from one word up to the lowest common head and down to another.

        Labels and the lemmas between them alternate, "<" on the way up and ">" on the way down:
        from *drug* to *cells* in "the drug binds to cells" it is ``nsubj<bind>obl``. "" when the
        two hang under different roots.
        """
        up, down = self._ancestors(start), self._ancestors(stop)
        shared = next((word for word in up if word in down), None)
        if shared is None:
            return ""
        steps: list[str] = []
        for word in up[: up.index(shared)]:
            steps += [self.deps[word], "<", self.lemmas[self.heads[word]], "<"]
        steps = steps[:-1] or [self.lemmas[shared]]
        for word in down[: down.index(shared)][::-1]:
            steps += [">", self.deps[word], ">", self.lemmas[word]]
        return "".join(steps if stop == shared else steps[:-2])

    def _ancestors(self, word: int) -> list[int]:
        line = [word]
        while self.heads[word] != word:
            word = self.heads[word]
            line.append(word)
        return line

    @cached_property
    def phrase_of_head(self) -> dict[int, int]:
        """Row of the noun phrase that each phrase head heads."""
        return {phrase.head: row for row, phrase in enumerate(self.sentence.noun_phrases)}

    @cached_property
    def extents(self) -> list[tuple[int, int]]:
        """First word under each word, itself included, and the word after the last.

        Where other words stand between those under a word, its extent is the word alone.
        """
        first, stop = list(range(len(self))), list(range(1, len(self) + 1))
        n_under = [1] * len(self)
        for word in self._from_leaves():
            head = self.heads[word]
            if head != word:
                first[head] = min(first[head], first[word])
                stop[head] = max(stop[head], stop[word])
                n_under[head] += n_under[word]
        return [
            (first[word], stop[word]) if stop[word] - first[word] == n else (word, word + 1)
            for word, n in enumerate(n_under)
        ]

    def _from_leaves(self) -> list[int]:
        """Words in an order in which each stands before its head."""
        order = [word for word, head in enumerate(self.heads) if word == head]
        for word in order:
            order += self.children[word]
        return order[::-1]
