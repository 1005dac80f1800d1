"""The evaluations of triples, relations and synonyms that `evaluate.py` runs."""

from __future__ import annotations

from collections.abc import Sequence

from job import Job

_TREEBANKS = "eval/treebanks"


def open_job(name: str, about: str, sentences: str, gold: str, figure: str) -> Job:
    """Return the evaluation of open triples on one set."""
    return Job(
        name=f"openie-{name}",
        script="eval_openie.py",
        data=f"eval/openie/{sentences}",
        about=f"{about}, {figure.upper()}",
        figure=figure,
        baselines={
            "propositions alone": f"propositions_{figure}",
            "triples alone": f"triples_{figure}",
            "no parser": f"no_parser_{figure}",
        },
        options=("--gold", f"@eval/openie/{gold}"),
    )


def parse_cost_job(name: str, about: str) -> Job:
    """Return the evaluation of what the parser costs on one treebank."""
    return Job(
        name=f"parse-cost-{name}",
        script="eval_parse_cost.py",
        data=f"{_TREEBANKS}/{name}-dev.conllu.xz",
        about=f"{about}: triples of predicted trees against those of gold trees, F1",
        figure="f1",
        baselines={
            "infix": "infix_f1",
            "prefix": "prefix_f1",
            "suffix": "suffix_f1",
            "pairs of arguments": "pair_f1",
            "propositions": "proposition_f1",
            "labelled attachment of the parser": "las",
        },
    )


def pair_job(name: str, data: str, about: str, *options: str) -> Job:
    """Return the evaluation of relations between given names that may have none."""
    return Job(
        name=f"relations-{name}",
        script="eval_relations.py",
        data=f"eval/relations/{data}",
        about=f"{about}: related pairs, F1",
        figure="f1",
        baselines={
            "average precision": "ap",
            "best F1": "best_f1",
            "all pairs of the types": "all_pairs_f1",
            "those in one sentence": "same_sentence_f1",
            "keywords": "keywords_f1",
            "no parser, best F1": "no_parser_best_f1",
            "no types, best F1": "no_types_best_f1",
            "no vocabulary terms, best F1": "no_terms_best_f1",
        },
        options=options,
    )


def kind_job(name: str, data: str, train: str, about: str) -> Job:
    """Return the evaluation of which relation a sentence states between two marked names."""
    return Job(
        name=f"relations-{name}",
        script="eval_relations.py",
        data=f"eval/relations/{data}",
        about=f"{about}: which relation it is, macro F1",
        figure="macro_f1",
        baselines={
            "keywords": "keywords_macro_f1",
            "majority": "majority_macro_f1",
            "tf-idf and logistic regression, 10 examples each": "tfidf_lr_macro_f1",
        },
        options=("--train", f"@eval/relations/{train}"),
    )


def synonym_job(name: str, data: str, about: str, *options: str) -> Job:
    """Return the evaluation of synonyms among the forms of one file."""
    return Job(
        name=f"synonyms-{name}",
        script="eval_synonyms.py",
        data=f"eval/synonyms/{data}",
        about=f"{about}: synonyms among the first ten, recall",
        figure="recall_at_10",
        baselines={
            "runs of letters": "rankings.letters.recall_at_10",
            "words": "rankings.words.recall_at_10",
            "the same words": "rankings.same.recall_at_10",
            "[CLS] cosine": "rankings.cls.recall_at_10",
            "random": "rankings.random.recall_at_10",
        },
        options=options,
    )


_CARB = ("carb-dev.sentences.txt", "carb-dev.gold.tsv.xz")

RELATION_JOBS: Sequence[Job] = (
    open_job("carb", "CaRB: open triples", *_CARB, "f1"),
    open_job("carb-auc", "CaRB: open triples", *_CARB, "auc"),
    open_job(
        "benchie",
        "BenchIE: open triples",
        "benchie-en-dev.sentences.tsv",
        "benchie-en-dev.gold.txt.xz",
        "f1",
    ),
    parse_cost_job("en_ewt", "English EWT"),
    parse_cost_job("craft_ud", "CRAFT"),
    pair_job("bc5cdr", "bc5cdr-dev.PubTator.txt.xz", "BC5CDR, a chemical causes a disease"),
    pair_job("chemprot", "chemprot", "ChemProt"),
    pair_job("ddi", "ddi2013-train.tsv.xz", "DDI 2013", "--limit", "6000"),
    pair_job("aimed", "ppi/AIMed-train.csv.xz", "AIMed"),
    pair_job("bioinfer", "ppi/BioInfer-train.csv.xz", "BioInfer"),
    pair_job("hprd50", "ppi/HPRD50-train.csv", "HPRD50"),
    pair_job("iepa", "ppi/IEPA-train.csv.xz", "IEPA"),
    pair_job("lll", "ppi/LLL-train.csv", "LLL"),
    pair_job("gad", "gad-dev.tsv", "GAD"),
    kind_job(
        "chemprot-kinds",
        "chemprot-scibert-dev.jsonl.xz",
        "chemprot-scibert-train.jsonl.xz",
        "ChemProt",
    ),
    kind_job("sciie", "sciie-relations-dev.jsonl", "sciie-relations-train.jsonl.xz", "SciERC"),
    synonym_job(
        "disease-ontology",
        "disease-ontology-exact-synonyms-dev.tsv.xz",
        "Disease Ontology",
    ),
    synonym_job("mesh", "bc5cdr-mesh-synsets-dev.tsv", "BC5CDR, forms of a MeSH concept"),
    synonym_job("ncbi", "ncbi-disease-synsets-dev.tsv", "NCBI diseases, forms of a concept"),
    synonym_job(
        "oewn", "oewn-noun-synonym-pairs-dev.tsv.xz", "Open English WordNet", "--limit", "6000"
    ),
)
"""In the order of the README's table."""
