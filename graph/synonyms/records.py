"""What harvesting finds: pairs of names, what kind they are of, and what speaks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .contrast import Contrast
from .patterns import Span
from .similar import Components

SynonymKind = Literal["abbreviation", "spelling", "inflection", "alias", "similar"]
ApartKind = Literal["antonym", "co-hyponym"]

SYNONYM_KINDS: tuple[SynonymKind, ...] = (
    "abbreviation",
    "alias",
    "spelling",
    "inflection",
    "similar",
)


@dataclass(frozen=True, slots=True)
class NamedSentence:
    """A sentence with the characters of its phrases, and where it stands in its document."""

    text: str
    phrases: tuple[Span, ...]
    document: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that says of two names that they are one, or two.

    Attributes
    ----------
    pattern
        The rule, as in `PATTERNS`, or the form of an abbreviation.
    confidence
        Of the rule, or of the letters of an abbreviation.
    sentence, first_span, second_span
        The text, and the characters of the two names in it: in the order of `Synonym.canonical`
        and `Synonym.variant` where these are what stands there, else of their variants.
    document, start, end
        Where the sentence stands: characters of the document's text.
    """

    pattern: str
    confidence: float
    sentence: str
    first_span: Span
    second_span: Span
    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Synonym:
    """Two names of one thing, or two that are held apart.

    Attributes
    ----------
    canonical, variant
        The form that stands for both, and the other one.
    kind
        What the variant is, or why the two are held apart.
    score
        In (0, 1]; 1 for names of one key.
    evidence
        The places that say so, in order of reading.
    n_evidence
        How many there are, of which `evidence` holds the first few.
    components, contrast
        For a similar name what the two have in common, and what stands in their place.
    """

    canonical: str
    variant: str
    kind: SynonymKind | ApartKind
    score: float
    evidence: tuple[Evidence, ...] = ()
    n_evidence: int = 0
    components: Components | None = None
    contrast: Contrast | None = None


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that was found: synonyms, and names that are held apart, the surest first."""

    synonyms: tuple[Synonym, ...]
    apart: tuple[Synonym, ...]
