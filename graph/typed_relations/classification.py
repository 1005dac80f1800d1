"""Which relation a sentence states between two marked names, or at all: shares of all relations.

Three things speak for a relation: words that name it, found as for triples or anywhere near the
pair; how near the sentence's vector is to those of the relation's confirmed examples; and what the
model expects in the place of the word that names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.encoder import Encoder
from ...engine.vocabulary import unit_rows
from ..parsing import ParsedSentence
from .candidates import Candidate, CandidateFinder, confidence_of
from .context_check import ContextCheck
from .schema import RelationSchema
from .triggers import TriggerLexicon
from .typed_triple import TypedArgument

FloatArray = npt.NDArray[np.float32]
Pair = tuple[TypedArgument, TypedArgument]

NONE = "none"
"""What a sentence states that states no relation of the schema."""

# How much each kind of evidence adds to the score of a relation, and what "none" scores.
_NEAR_WORD, _EXAMPLES, _CONTEXT, _NO_RELATION = 0.7, 0.3, 0.1, 0.6
_SHARPNESS = 6.0  # how much a score that is higher by one multiplies the share, as a logarithm
_REACH = 30.0  # characters from the pair at which a word counts 1/e


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a relation.

    Attributes
    ----------
    relation
        Its name.
    share
        Its share; those of all relations and "none" add up to 1.
    trigger
        Confidence of the best triple that the pair may form, 0 for none.
    near_word
        How surely a word in the sentence names it and how near that is to the pair, 0 for none.
    examples
        Cosine of the sentence to the mean of its examples, both less the mean of all examples; 0
        where there are none.
    context
        How well it fits in the place of the trigger, 0 to 1; 0 where there is no trigger.
    word
        The word that names it, "" for none.
    """

    relation: str
    share: float
    trigger: float = 0.0
    near_word: float = 0.0
    examples: float = 0.0
    context: float = 0.0
    word: str = ""


class RelationClassifier:
    """Tells which relation of a schema sentences state.

    Parameters
    ----------
    encoder
        The model.
    schema
        The relations; their examples are compared with the sentences.
    """

    def __init__(self, encoder: Encoder, schema: RelationSchema) -> None:
        self.schema = schema
        self._encoder = encoder
        self._names = tuple(schema.relations)
        self._lexicon = TriggerLexicon(schema, encoder)
        self._finder = CandidateFinder(schema, self._lexicon)
        self._check = ContextCheck(schema, encoder)
        self._examples = _ExampleCenters.of(encoder, schema)

    def classify(
        self, parsed: Sequence[ParsedSentence], pairs: Sequence[Pair | None] | None = None
    ) -> list[tuple[Evidence, ...]]:
        """Give each sentence the shares of all relations and "none", the largest first.

        Parameters
        ----------
        parsed
            The sentences.
        pairs
            For each sentence the two names in question; None asks about the sentence as a whole. A
            name without types may have any.
        """
        marked = [None] * len(parsed) if pairs is None else pairs
        found = [
            self._candidates(sentence, pair) for sentence, pair in zip(parsed, marked, strict=True)
        ]
        near = [
            self._near_words(sentence, pair) for sentence, pair in zip(parsed, marked, strict=True)
        ]
        contexts = self._contexts(parsed, found)
        examples = self._examples.cosines(self._encoder, [s.text for s in parsed])
        return [
            self._shares(*row) for row in zip(parsed, found, near, contexts, examples, strict=True)
        ]

    def _candidates(self, sentence: ParsedSentence, pair: Pair | None) -> dict[str, Candidate]:
        """Find the best candidate of each relation."""
        best: dict[str, Candidate] = {}
        if pair is not None:
            for candidate in self._finder.find(sentence, pair)[1]:
                name = candidate.relation.name
                if name not in best or _confidence(candidate) > _confidence(best[name]):
                    best[name] = candidate
        return best

    def _near_words(
        self, sentence: ParsedSentence, pair: Pair | None
    ) -> dict[str, tuple[float, int]]:
        """Find the best word for each relation, anywhere: its score and its number."""
        start, end = _between(pair) if pair else (0, len(sentence.text))
        best: dict[str, tuple[float, int]] = {}
        around = {word.lower() for word in sentence.words}
        for word, offset in enumerate(sentence.offsets):
            away = max(0, start - offset, offset - end)
            for naming in self._lexicon.listed(sentence.lemmas[word].lower(), around):
                score = naming.score * float(np.exp(-away / _REACH))
                if score > best.get(naming.relation, (0.0, 0))[0]:
                    best[naming.relation] = score, word
        return best

    def _contexts(
        self, parsed: Sequence[ParsedSentence], found: Sequence[dict[str, Candidate]]
    ) -> list[dict[str, float]]:
        """Ask the model what it expects in the place of each sentence's best trigger."""
        asked = [
            (row, sentence, max(candidates.values(), key=_confidence).word)
            for row, (sentence, candidates) in enumerate(zip(parsed, found, strict=True))
            if candidates
        ]
        contexts: list[dict[str, float]] = [{} for _ in parsed]
        if asked:
            fits = self._check.fits([(sentence, word) for _, sentence, word in asked])
            for (row, _, _), fit in zip(asked, fits, strict=True):
                contexts[row] = fit
        return contexts

    def _shares(
        self,
        sentence: ParsedSentence,
        found: dict[str, Candidate],
        near: dict[str, tuple[float, int]],
        context: dict[str, float],
        examples: FloatArray,
    ) -> tuple[Evidence, ...]:
        rows = []
        for name, cosine in zip(self._names, examples.tolist(), strict=True):
            trigger = _confidence(found[name]) if name in found else 0.0
            near_word, word = near.get(name, (0.0, -1))
            word = found[name].word if name in found else word
            text = sentence.words[word] if word >= 0 else ""
            rows.append(
                Evidence(name, 0.0, trigger, near_word, cosine, context.get(name, 0.0), text)
            )
        scores = np.array([*(_score(row) for row in rows), _NO_RELATION])
        weights = np.exp(_SHARPNESS * (scores - scores.max()))
        shares = (weights / weights.sum()).tolist()
        shared = [
            Evidence(r.relation, s, r.trigger, r.near_word, r.examples, r.context, r.word)
            for r, s in zip([*rows, Evidence(NONE, 0.0)], shares, strict=True)
        ]
        return tuple(sorted(shared, key=lambda evidence: (-evidence.share, evidence.relation)))


@dataclass(frozen=True, eq=False)
class _ExampleCenters:
    """Mean vectors of the examples of each relation.

    `centers` is float32 of shape (n_relations, dim): unit rows, zeros where there are no examples;
    `origin` of shape (dim,) is the mean of all.
    """

    centers: FloatArray
    origin: FloatArray

    @classmethod
    def of(cls, encoder: Encoder, schema: RelationSchema) -> _ExampleCenters:
        owners = [row for row, r in enumerate(schema.relations.values()) for _ in r.examples]
        texts = [text for r in schema.relations.values() for text in r.examples]
        centers = np.zeros((len(schema), encoder.dim), dtype=np.float32)
        if not texts:
            return cls(centers, np.zeros(encoder.dim, dtype=np.float32))
        vectors = unit_rows(encoder.encode(texts).vectors)
        origin = vectors.mean(axis=0)
        np.add.at(centers, owners, vectors - origin)
        return cls(unit_rows(centers), origin)

    def cosines(self, encoder: Encoder, texts: Sequence[str]) -> FloatArray:
        """Hold texts against the centers: float32 array of shape (n_texts, n_relations)."""
        if not self.centers.any():
            return np.zeros((len(texts), len(self.centers)), dtype=np.float32)
        vectors = unit_rows(unit_rows(encoder.encode(texts).vectors) - self.origin)
        return np.asarray(vectors @ self.centers.T, dtype=np.float32)


def _confidence(candidate: Candidate) -> float:
    return confidence_of(candidate.components())


def _score(evidence: Evidence) -> float:
    return (
        evidence.trigger
        + _NEAR_WORD * evidence.near_word
        + _EXAMPLES * evidence.examples
        + _CONTEXT * evidence.context
    )


def _between(pair: Pair) -> tuple[int, int]:
    """Return the characters from the start of the first name to the end of the other."""
    one, other = (argument.span for argument in pair)
    return min(one.start, other.start), max(one.end, other.end)
