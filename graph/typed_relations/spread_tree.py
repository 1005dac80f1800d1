"""SpreadTree: a dependency tree with its lists undone: each member hangs where the first does."""

from __future__ import annotations

from ..parsing import ParsedSentence
from ..relations.dependency_tree import NOMINAL, DependencyTree

Words = tuple[int, int]
"""The first word of a stretch and the word after the last."""


class SpreadTree:
    """The tree of a sentence in which "Y" and "Z" of "X inhibits Y and Z" both hang on "inhibits".

    Attributes
    ----------
    tree
        The tree as the parser gives it.
    parents, labels
        What each word hangs on, and how; the root hangs on itself.
    first_of
        The first member of the list that each nominal is in; itself where there is none.

    Parameters
    ----------
    sentence
        The parsed sentence.
    """

    def __init__(self, sentence: ParsedSentence) -> None:
        self.tree = tree = DependencyTree(sentence)
        self.parents, self.labels = list(tree.heads), list(tree.deps)
        self.first_of = list(range(len(tree)))
        self._chains: dict[int, list[int]] = {}
        for word in range(len(tree)):
            if tree.deps[word] != "conj" or tree.upos[word] not in NOMINAL:
                continue
            first = self._first_member(word)
            if tree.upos[first] in NOMINAL:
                self.first_of[word] = first
                if tree.heads[first] != first:
                    self.parents[word], self.labels[word] = tree.heads[first], tree.deps[first]

    def _first_member(self, word: int) -> int:
        tree = self.tree
        for _ in range(len(tree)):
            if tree.deps[word] != "conj" or tree.heads[word] == word:
                break
            word = tree.heads[word]
        return word

    def chain(self, word: int) -> list[int]:
        """Give a word and all words above it, the root last."""
        if word in self._chains:
            return self._chains[word]
        line, seen = [word], {word}
        while (above := self.parents[line[-1]]) not in seen:
            line.append(above)
            seen.add(above)
        self._chains[word] = line
        return line

    def case_words(self, word: int) -> list[int]:
        """Words of the preposition of a word, or of the list that it is in."""
        return self.tree.case_words(word) or self.tree.case_words(self.first_of[word])

    def preposition(self, word: int) -> str:
        """Return the preposition of a word, or of the list that it is in; "" for none."""
        return self.tree.preposition(word) or self.tree.preposition(self.first_of[word])

    def words_of(self, start: int, end: int) -> Words | None:
        """Return the words that a stretch of characters touches, None for none."""
        sentence = self.tree.sentence
        touched = [
            word
            for word, offset in enumerate(sentence.offsets)
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
