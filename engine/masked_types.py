"""Whether a model tells what kind of thing a hidden mention is.

References
----------
A. Rajasekharan, "Unsupervised NER using BERT", 2020: the terms predicted in place of a mention tell
its type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ParameterError
from .encoder import Encoder, Prediction
from .vocabulary import Vocabulary

TYPE_CLASSES: Mapping[str, str] = {
    "chemical": "CHEM",
    "drug": "CHEM",
    "disease": "DIS",
    "gene": "GENE",
    "species": "SPEC",
    "per": "PER",
    "loc": "LOC",
    "org": "ORG",
}
"""Classes of a word list by the types that corpora name otherwise, in lower case."""

_K = 20


@dataclass(frozen=True)
class Mention:
    """A phrase of known type: the characters ``text[start:end]``."""

    text: str
    start: int
    end: int
    type: str


@dataclass(frozen=True)
class MaskedTypes:
    """How often the predictions in place of a mention tell its type.

    Attributes
    ----------
    accuracy
        Share of mentions that got their class; one without any vote is wrong.
    coverage
        Share of mentions that got a vote.
    majority
        Share of the most frequent class: the accuracy of always saying that.
    classes
        The classes that could be voted for.
    n_mentions
        Mentions tried.
    """

    accuracy: float
    coverage: float
    majority: float
    classes: tuple[str, ...]
    n_mentions: int


def measure_masked_types(
    encoder: Encoder,
    mentions: Sequence[Mention],
    labels: Mapping[str, str],
    *,
    type_classes: Mapping[str, str] = TYPE_CLASSES,
    n_mentions: int = 2000,
    seed: int = 0,
) -> MaskedTypes:
    """Put one mask in place of each mention, and let the model's 20 best terms vote on its class.

    A term votes with its probability for its class in the word list, if that is the class of any of
    the mentions' types.

    Parameters
    ----------
    encoder
        The model.
    mentions
        Mentions with their types.
    labels
        The class of each word.
    type_classes
        The class of a type, in lower case; a type that is itself the name of a class needs none.
        Mentions of other types are left out.
    n_mentions
        Mentions to draw; all where there are fewer.
    seed
        Decides which.

    Raises
    ------
    ParameterError
        If fewer than two classes are left to tell apart.
    """
    typed, classes = _typed_mentions(mentions, labels, type_classes)
    if len(typed) > n_mentions:
        drawn = np.random.default_rng(seed).choice(len(typed), n_mentions, replace=False)
        typed = [typed[number] for number in np.sort(drawn).tolist()]
    voters = {
        row: name
        for row, name in labeled_rows(encoder.vocabulary, labels).items()
        if name in classes
    }
    predicted = encoder.predict(
        [mention.text for mention, _ in typed],
        [[(mention.start, mention.end)] for mention, _ in typed],
        k=_K,
    )
    votes = [_vote(best, voters) for [best] in predicted]
    n_right = sum(vote == name for vote, (_, name) in zip(votes, typed, strict=True))
    return MaskedTypes(
        accuracy=n_right / len(typed),
        coverage=sum(vote is not None for vote in votes) / len(typed),
        majority=max(Counter(name for _, name in typed).values()) / len(typed),
        classes=classes,
        n_mentions=len(typed),
    )


def _typed_mentions(
    mentions: Sequence[Mention], labels: Mapping[str, str], type_classes: Mapping[str, str]
) -> tuple[list[tuple[Mention, str]], tuple[str, ...]]:
    """Pair the mentions with the classes of their types, and list those classes."""
    known = set(labels.values())
    named = [
        (mention, type_classes.get(mention.type.lower(), mention.type)) for mention in mentions
    ]
    typed = [(mention, name) for mention, name in named if name in known]
    classes = tuple(sorted({name for _, name in typed}))
    if len(classes) < 2:
        raise ParameterError(
            f"The mentions are of types {sorted({mention.type for mention in mentions})}, which "
            f"leaves the classes {list(classes)} of {sorted(known)}; two or more are needed. Name "
            "the class of each type, or give a list with those classes."
        )
    return typed, classes


def labeled_rows(vocabulary: Vocabulary, labels: Mapping[str, str]) -> dict[int, str]:
    """Find the words of a list that are whole terms of a vocabulary: their classes by row.

    Where two words fall on one term, the first one counts.
    """
    rows: dict[int, str] = {}
    for word, name in labels.items():
        if word in vocabulary:
            row = vocabulary.row(word)
            if not vocabulary.is_piece[row] and not vocabulary.is_special[row]:
                rows.setdefault(row, name)
    return rows


def _vote(predictions: Sequence[Prediction], voters: Mapping[int, str]) -> str | None:
    """Return the class of the highest sum of probabilities, the first by name among equals."""
    votes: dict[str, float] = {}
    for prediction in predictions:
        if prediction.row in voters:
            name = voters[prediction.row]
            votes[name] = votes.get(name, 0.0) + prediction.probability
    return min(votes, key=lambda name: (-votes[name], name)) if votes else None
