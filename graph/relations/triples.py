"""What a sentence states: a relation between two arguments, with their places in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .words import PRONOUNS

Form = Literal["infix", "prefix", "suffix"]
Tense = Literal["past", "present", "future", ""]
Role = Literal[
    "object",
    "agent",
    "recipient",
    "time",
    "place",
    "manner",
    "cause",
    "purpose",
    "condition",
    "other",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sentence: ``sentence.text[start:end] == text``.

    `phrase` is the row, in `ParsedSentence.noun_phrases`, of the phrase that an argument is built
    on; -1 for a relation, or an argument that is no noun phrase.
    """

    start: int
    end: int
    text: str
    phrase: int = field(default=-1, metadata={"internal": True})

    @property
    def is_pronoun(self) -> bool:
        """Whether it stands for something that is named elsewhere: "it", "those"."""
        return self.text.lower() in PRONOUNS


@dataclass(frozen=True, slots=True)
class Adjunct:
    """A further argument of a triple: when, where, how, why.

    `span` holds the whole of it, the preposition or conjunction included.
    """

    role: Role
    span: Span


@dataclass(frozen=True, slots=True)
class Triple:
    """A relation between two arguments, as one sentence states it.

    Attributes
    ----------
    subject, relation, object : Span
        Arguments in their roles (the doer of a passive is its subject), and the smallest span over
        the words that carry the relation; for an apposition, the sign between the two.
    form : "infix", "prefix" or "suffix"
        Where the relation stands: between its arguments, before both, after both.
    rule : str
        Name of the rule, a key of `PRIORS`.
    relation_lemma : str
        The relation in normal form: "inhibit", "bind to", "be inhibitor of".
    negated : bool
        Whether the sentence denies the relation.
    modality : str
        The modal or hedging word, "" for a plain statement.
    predicate : str
        The relation in the sentence's own words, without what stands between them: "reduces pain
        in" of "reduces pain quickly in adults"; "is" or "has" where a sign stands for it.
    tense : "past", "present", "future" or ""
        When it is said to hold; "" where no verb tells.
    adjuncts : tuple of Adjunct
        What else the sentence says of it: time, place, manner and so on, in text order.
    condition : str
        The clause under which it is said to hold ("if the dose is high"), "" for none.
    attribution : str
        Who is said to say so ("Smith reported", "According to WHO"), "" where the text itself does.
    confidence : float
        In (0, 1]. Negation and modality do not lower it: they have fields of their own.
    path : str
        Dependency path between the heads of subject and object, as in `DependencyTree.path`.
    """

    subject: Span
    relation: Span
    object: Span
    form: Form
    rule: str
    relation_lemma: str
    negated: bool
    modality: str
    confidence: float
    path: str
    predicate: str = ""
    tense: Tense = ""
    adjuncts: tuple[Adjunct, ...] = ()
    condition: str = ""
    attribution: str = ""
