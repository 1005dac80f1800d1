"""What a parser sees in an epoch: treebanks cut anew, varied, and dealt out in batches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from spacy.training import Example
from spacy.vocab import Vocab

from .recipe import ParserTraining
from .treebank import Treebank
from .treebank_docs import (
    group_sentences,
    in_lower_case,
    make_example,
    without_closing,
    without_masked_lemmas,
)
from .treebank_words import TreebankSentence

Group = tuple[TreebankSentence, ...]


class EpochBatches:
    """Deals the sentences of treebanks out in batches, each epoch in another way.

    Attributes
    ----------
    sentences : tuple of TreebankSentence
        All that can be learned from, as it is before it is varied.
    """

    def __init__(self, treebanks: Sequence[Treebank], recipe: ParserTraining):
        self._recipe = recipe
        self._treebanks = [
            [tuple(map(without_masked_lemmas, document)) for document in treebank.documents]
            for treebank in treebanks
        ]
        self.sentences = tuple(
            sentence
            for documents in self._treebanks
            for document in documents
            for sentence in document
        )
        self._counts = Counter(word.lower() for s in self.sentences for word in s.words)

    def draw_groups(self, draw: random.Random) -> Iterator[Group]:
        """Cut each treebank anew, draw its part of the epoch, and shuffle all of it."""
        chosen: list[Group] = []
        for documents in self._treebanks:
            groups = [
                group
                for document in documents
                for group in group_sentences(
                    document, single_share=self._recipe.single_share, draw=draw
                )
            ]
            draw.shuffle(groups)
            n_left = self._recipe.epoch_words
            for group in groups:
                if n_left <= 0:
                    break
                chosen.append(group)
                n_left -= sum(len(sentence.words) for sentence in group)
        draw.shuffle(chosen)
        return iter(chosen)

    def next_batch(
        self, groups: Iterator[Group], vocab: Vocab, *, n_words: float, draw: random.Random
    ) -> list[tuple[Example, Group]]:
        """Take groups until they have the words of a batch; the last batch may have fewer.

        Returns
        -------
        list of tuple of Example, tuple of TreebankSentence
            What is learned from, and the sentences that it was made of.
        """
        batch: list[tuple[Example, Group]] = []
        while n_words > 0 and (group := next(groups, ())):
            varied = tuple(self._vary(sentence, draw) for sentence in group)
            example = make_example(
                vocab,
                varied,
                norms=self._norms(varied, draw),
                with_boundaries=draw.random() < self._recipe.bounded_share,
            )
            batch.append((example, varied))
            n_words -= len(example.predicted)
        return batch

    def _vary(self, sentence: TreebankSentence, draw: random.Random) -> TreebankSentence:
        if draw.random() < self._recipe.lower_case_share:
            sentence = in_lower_case(sentence)
        if draw.random() < self._recipe.unclosed_share:
            sentence = without_closing(sentence)
        return sentence

    def _norms(self, sentences: Sequence[TreebankSentence], draw: random.Random) -> list[int]:
        """Make some words look unknown, the rarer the more often: a random hash for their form."""
        hiding = self._recipe.hiding
        counts = (self._counts[word.lower()] for s in sentences for word in s.words)
        return [
            draw.getrandbits(64) if draw.random() * (hiding + count) < hiding else 0
            for count in counts
        ]
