"""One form for the many forms of a word: number, spelling, Greek letters, Roman numerals.

The forms are keys, not words to print: what matters is that two spellings of a word share one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_GREEK = "GREEK SMALL LETTER "

_APOSTROPHES = re.compile("[\u2018\u2019\u0060\u00b4\u02bc]")

_ROMAN = {
    roman: str(number)
    for number, roman in enumerate(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(), start=1
    )
}

_INVARIANT = frozenset(
    "species series diabetes rabies scabies herpes measles mumps rickets lens caries feces ascites "
    "shingles news pancreas atlas gas bias canvas texas kansas arkansas christmas chaos cosmos "
    "always perhaps pus plus minus virus sinus albicans aureus does was has this his its alias "
    "uterus thymus cushings mellitus physics mathematics economics politics ethics".split()
)
"""Words that end like a plural and are none."""

_IRREGULAR = {
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse",
    "lice": "louse",
    "geese": "goose",
    "people": "person",
    "lives": "life",
    "knives": "knife",
    "wives": "wife",
    "leaves": "leaf",
    "bacteria": "bacterium",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "mitochondria": "mitochondrion",
    "ganglia": "ganglion",
    "atria": "atrium",
    "sera": "serum",
    "septa": "septum",
    "ova": "ovum",
    "nuclei": "nucleus",
    "fungi": "fungus",
    "stimuli": "stimulus",
    "bacilli": "bacillus",
    "thrombi": "thrombus",
    "emboli": "embolus",
    "loci": "locus",
    "foci": "focus",
    "cocci": "coccus",
    "bronchi": "bronchus",
    "alveoli": "alveolus",
    "glomeruli": "glomerulus",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "cortices": "cortex",
    "appendices": "appendix",
    "axes": "axis",
    "toes": "toe",
    "shoes": "shoe",
}

_PLURALS = tuple(
    (re.compile(ending), instead)
    for ending, instead in (
        (r"(.{3})itides$", r"\1itis"),
        (r"(.{3})omata$", r"\1oma"),
        (r"(.{2}sta)ses$", r"\1sis"),
        (r"(urpo|verdo|luco|ello)ses$", r"\1se"),
        (r"(.{4}o)ses$", r"\1sis"),
        (r"(.{2}(?:y|[hn]e)|cri)ses$", r"\1sis"),
        (r"(.{2})ies$", r"\1y"),
        (r"(.ss|..x|.zz|ch|sh|o|(?:vir|sin|foc|fet|plex|camp|sens)us|gas|bias|atlas)es$", r"\1"),
        (r"(.{3}a)e$", r"\1"),
        (r"(.{2}[^suiy])s$", r"\1"),
        (r"(..y)s$", r"\1"),
    )
)
"""Endings of plurals and what the singular has instead; the first that fits counts."""

_SPELLINGS = tuple(
    (re.compile(british), spelled)
    for british, spelled in (
        (r"haem", "hem"),
        (r"aemi", "emi"),
        (r"oedem", "edem"),
        (r"oesoph", "esoph"),
        (r"oestr", "estr"),
        (r"(^|ortho)paed", r"\1ped"),
        (r"gynaec", "gynec"),
        (r"anaesth", "anesth"),
        (r"caec([aiou])", r"cec\1"),
        (r"rrhoe", "rrhe"),
        (r"^foet", "fet"),
        (r"coeli", "celi"),
        (r"faec", "fec"),
        (r"^aeti", "eti"),
        (r"amoeb", "ameb"),
        (r"^caes", "ces"),
        (r"manoeuvr", "maneuver"),
        (r"palaeo", "paleo"),
        (r"archaeo", "archeo"),
        (r"sulph", "sulf"),
        (r"leuco", "leuko"),
        (r"^mould", "mold"),
        (r"^grey", "gray"),
        (r"^ageing", "aging"),
        (r"aluminium", "aluminum"),
        (r"^programme$", "program"),
        (r"(defen|offen|licen)ce$", r"\1se"),
        (r"(analog|dialog|catalog|homolog|prolog|epilog)ue$", r"\1"),
        (r"(cen|spec|lus)tre$", r"\1ter"),
        (r"(fi|sa)bre$", r"\1ber"),
        (r"(met|lit|tit|theat|calib)re$", r"\1er"),
        (r"(tum|col|lab|hum|vap|fav|hon|rum|sav|vig|arm|rig|vi|neighb|harb|flav|od)our", r"\1or"),
        (r"isation", "ization"),
        (r"([a-z]{2}ly)s(e[ds]?|ing|er)$", r"\1z\2"),
        (r"([a-z]{2}(?:al|an|er|or|ct|it|et|im))is(e[ds]?|ing)$", r"\1iz\2"),
        (r"(label|model|cancel|travel|signal|level|channel|fuel|tunnel)l(ed|ing|er)$", r"\1\2"),
    )
)
"""British spellings and the American ones."""


@lru_cache(maxsize=1 << 16)
def word_key(word: str) -> str:
    """Return what all forms of a word share: singular, American, without case and accents.

    Examples
    --------
    >>> [word_key(word) for word in ("Tumours", "anaemia", "metastases", "Sjögren's", "NSAIDs")]
    ['tumor', 'anemia', 'metastasis', 'sjogren', 'nsaid']
    """
    return american(singular(plain_letters(word)))


def plain_letters(text: str) -> str:
    """Fold case, strip accents and possessives, and spell Greek letters out.

    Examples
    --------
    >>> plain_letters("Ménière’s β-chain")
    'meniere beta-chain'
    """
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("'", text)).casefold()
    if not text.isascii():
        text = "".join(_spelled(c) for c in text if unicodedata.category(c) != "Mn")
    return re.sub(r"(?<=\w)'s\b|(?<=s)'(?!\w)", "", text)


def _spelled(character: str) -> str:
    """Return the name of a Greek letter; any other character as it is."""
    name = unicodedata.name(character, "")
    if not name.startswith(_GREEK):
        return character
    return name.removeprefix(_GREEK).removeprefix("FINAL ").replace("LAMDA", "LAMBDA").lower()


def singular(word: str) -> str:
    """Return the singular of a plural in lower case; any other word as it is.

    Examples
    --------
    >>> [singular(word) for word in ("bodies", "kinases", "diagnoses", "viruses", "sepsis", "gas")]
    ['body', 'kinase', 'diagnosis', 'virus', 'sepsis', 'gas']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _INVARIANT:
        return word
    for ending, instead in _PLURALS:
        if ending.search(word):
            return ending.sub(instead, word)
    return word


def american(word: str) -> str:
    """Return the American spelling of a word in lower case.

    Examples
    --------
    >>> [american(word) for word in ("oesophageal", "behaviour", "fibre", "analyse", "localised")]
    ['esophageal', 'behavior', 'fiber', 'analyze', 'localized']
    """
    for british, spelled in _SPELLINGS:
        word = british.sub(spelled, word)
    return word


def arabic(word: str) -> str:
    """Return a Roman numeral up to XX as digits; any other word as it is.

    Examples
    --------
    >>> arabic("iv"), arabic("civil")
    ('4', 'civil')
    """
    return _ROMAN.get(word, word)
