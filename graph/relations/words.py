"""The closed word lists that the relation rules consult.

Only words that change what a sentence *asserts* or who does what to whom are listed: negators,
hedges, verbs that pass their subject on, nouns with two equal partners. Words that name a relation
are not: any verb or relational noun may.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What turns a statement around.
NEGATORS = _words("not n't n’t never neither nor hardly scarcely no nowhere without")
FAILING = _words("fail unable incapable refuse cease")  # "fails to bind" is "not bind"
ABSENCE = _words("lack absence")  # "absence of an interaction between"

# What makes it less than a statement; a fact keeps the word as its modality.
MODALS = _words("may might could can would should must cannot")
HEDGING = _words(
    "suggest appear seem believe think hypothesize hypothesise propose assume suspect predict "
    "expect speculate postulate presume consider claim suppose imply likely unlikely hypothesis "
    "possibility idea suggestion assumption speculation notion test investigate examine ask "
    "determine assess evaluate explore doubt hope tend"
)
PAST_AUXILIARIES = _words("was were had did been wasn't weren't didn't")
PRESENT_AUXILIARIES = _words(
    "is are am has have do does be being 's 're 'm 've can may must cannot ca"
)
FUTURE_AUXILIARIES = _words("will shall 'll wo")
HEDGING_ADVERBS = _words(
    "possibly probably potentially perhaps likely presumably apparently maybe supposedly allegedly "
    "reportedly putatively seemingly"
)
CONDITIONS = _words("if whether unless")

# Verbs and adjectives that only pass their subject on: "appears to bind" relates as "binds".
RAISING = (
    HEDGING
    | FAILING
    | _words("prove happen turn continue begin start come able capable know report")
)

# Prepositions and nouns of obliques that are no arguments.
CIRCUMSTANCE_NOUNS = _words(
    "example instance addition contrast order fact general conclusion turn time day week month "
    "year hour minute second decade century summary particular comparison part case way manner "
    "basis moment period today extent average total respect regard term"
)
COMPARISONS = _words("than per including like unlike") | {"such as", "as well as", "rather than"}

NOT_ARGUMENT_PREPOSITIONS = frozenset({"according to", "in addition to", "instead of"})

REFERENCE_NOUNS = _words("figure fig table eq equation ref section appendix supplement video see")

# Verbs whose object carries the meaning: "has an effect on", "plays a role in".
LIGHT_VERBS = _words("have play show exert take make undergo form give provide serve perform")

# Verbs and nouns that relate equal partners: "A and B interact", "interaction between A and B".
RECIPROCAL_VERBS = _words(
    "interact bind associate correlate react combine cooperate collaborate compete differ dimerize "
    "heterodimerize colocalize coexist overlap converge communicate synergize merge meet "
    "co-localize co-occur cooccur oligomerize cluster"
)
SYMMETRIC_NOUNS = _words(
    "interaction association correlation relationship relation link connection difference "
    "similarity comparison complex synergy overlap crosstalk competition binding equilibrium "
    "distinction communication collaboration cooperation fusion conflict interplay homology border "
    "agreement bond contact dimer heterodimer correspondence synergism antagonism war balance"
)

PAIR_NOUNS = _words("interaction association correlation relationship crosstalk interplay link")

# Nouns that name a doer by what it does: "the COX inhibitor aspirin".
AGENT_NOUNS = _words(
    "inhibitor activator blocker agonist antagonist regulator modulator substrate ligand precursor "
    "inducer suppressor repressor promoter carrier transporter stimulator enhancer scavenger "
    "metabolite derivative analog analogue homolog homologue ortholog marker biomarker cofactor "
    "author founder owner capital leader president member producer supplier manufacturer subsidiary"
)

# Relational nouns that do not end like one.
RELATIONAL_NOUNS = SYMMETRIC_NOUNS | _words(
    "effect role use increase decrease loss link risk cause change transfer response influence "
    "impact action release uptake transport growth repair control attack export import study "
    "analysis synthesis diagnosis hydrolysis lysis therapy search removal survival arrival shift "
    "decline rise drop gain damage support supply sale purchase visit approach defense access "
    "affinity resistance sensitivity susceptibility exposure failure cure measure capture closure"
)
RELATIONAL_ENDINGS = ("tion", "sion", "ment", "ance", "ence", "ing", "ysis", "age")
NOT_RELATIONAL = _words(
    "patient population segment section region function fraction solution condition position "
    "station nation question instance substance evidence sentence science ambulance audience "
    "experience document element compartment apartment instrument building meeting morning evening "
    "age page image message stage language village sausage garment moment environment percentage "
    "generation location proportion institution organization organisation version dimension thing "
    "circumference string ring king wing spring sequence concentration commission mission "
    "department"
)

# Hyphenated participles: what stands before the hyphen causes what stands after, or the reverse.
CAUSED_BY = _words(
    "induced mediated regulated activated inhibited stimulated triggered driven caused catalyzed "
    "catalysed controlled encoded enhanced evoked elicited produced initiated suppressed "
    "promoted modulated led funded"
)
PREPOSITION_OF_PARTICIPLE = {
    "associated": "with",
    "related": "to",
    "linked": "to",
    "derived": "from",
    "based": "on",
    "dependent": "on",
    "resistant": "to",
    "sensitive": "to",
    "specific": "to",
    "treated": "with",
    "infected": "with",
    "coated": "with",
    "bound": "to",
    "rich": "in",
    "deficient": "in",
}

# Pronouns that are never an argument, and those that stand for what a relative clause hangs on.
NEVER_ARGUMENTS = _words(
    "what who whom whose which how where when why there itself themselves himself herself myself "
    "ourselves yourself oneself whatever whoever whichever"
)
RELATIVE_PRONOUNS = _words("which that who whom")

# What tells the role of an adjunct.
TIME_NOUNS = _words(
    "second minute hour day week month year decade century millennium season spring summer autumn "
    "winter morning afternoon evening night noon midnight monday tuesday wednesday thursday friday "
    "saturday sunday january february march april may june july august september october november "
    "december date time period era age beginning end start moment today yesterday tomorrow tonight "
    "war childhood lifetime past future weekend 1900s 1910s 1920s 1930s 1940s 1950s 1960s 1970s "
    "1980s 1990s 2000s 2010s"
)
TIME_PREPOSITIONS = _words(
    "in on at by for from to since until till during after before over within throughout between "
    "around about towards toward through of near"
) | {"as of", "prior to", "up to"}
TIME_CONJUNCTIONS = _words("when while after before until till since once whenever as")
TIME_ADVERBS = _words(
    "now then today yesterday tomorrow tonight soon later earlier recently currently previously "
    "formerly originally initially finally eventually once twice always often sometimes usually "
    "frequently rarely never again daily weekly monthly annually ago already still subsequently "
    "afterwards thereafter simultaneously"
)
PLACE_ADVERBS = _words(
    "here there everywhere elsewhere nearby abroad overseas outside inside upstairs downstairs "
    "home northward southward eastward westward away worldwide locally"
)
PLACE_PREPOSITIONS = _words(
    "in on at near behind above below under beneath beside inside outside across along around over "
    "between among within through into onto from to toward towards off against throughout past "
    "beyond down up upon via"
) | {"next to", "in front of", "out of", "close to"}
MANNER_PREPOSITIONS = _words("with without by via using through like") | {"by means of", "such as"}
CAUSE_WORDS = _words("because due owing thanks") | {
    "because of", "due to", "owing to", "thanks to", "as a result of", "on account of",
}  # fmt: skip
CONDITIONAL = _words("if unless provided providing assuming")
DISCOURSE_ADVERBS = _words(
    "however therefore thus hence moreover furthermore also indeed instead nevertheless "
    "nonetheless otherwise meanwhile consequently accordingly similarly likewise additionally "
    "besides rather only just even merely simply especially particularly notably namely "
    "respectively generally too very so well actually really certainly clearly obviously "
    "fortunately unfortunately interestingly surprisingly importantly specifically"
)
REPORTING = HEDGING | _words(
    "say state report note announce declare argue find show demonstrate reveal indicate confirm "
    "observe conclude explain tell write add deny admit agree insist maintain recall describe "
    "mention acknowledge emphasize stress warn estimate know"
)

# What stands for something that is named elsewhere, where it stands alone.
PRONOUNS = _words(
    "i you he she it we they me him her us them this that these those mine yours his hers ours "
    "theirs who which one ones its their our my your another others each both either neither some "
    "any all many few several most none everyone everybody everything someone somebody something "
    "anyone anybody anything nobody nothing"
)
