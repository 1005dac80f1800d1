"""TypedTriple: a relation of the schema between two typed arguments, with what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from ..relations.triples import Form, Span, Tense


@dataclass(frozen=True, slots=True)
class TypedArgument:
    """An argument with what it may be: `types` are main types and their shares, largest first."""

    span: Span
    types: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Components:
    """What a confidence is made of, each in (0, 1]: their weighted geometric mean is it.

    `subject_type` and `object_type` are the shares of the types that the schema allows, `trigger`
    how near the trigger is to the relation's terms, `context` what the model expects in the
    trigger's place, `form` how far the construction can be trusted.
    """

    subject_type: float
    object_type: float
    trigger: float
    context: float
    form: float


@dataclass(frozen=True, slots=True)
class TypedTriple:
    """A relation of the schema, as one sentence states it; `relation` is its name there.

    `trigger` is the word or words that name the relation, `path` the dependency path between the
    heads of the arguments.
    """

    relation: str
    subject: TypedArgument
    object: TypedArgument
    trigger: Span
    form: Form
    negated: bool
    modality: str
    tense: Tense
    confidence: float
    components: Components
    path: str
