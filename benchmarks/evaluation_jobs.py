"""What `evaluate.py` runs: one job for each figure of the README, with the baselines beside it."""

from __future__ import annotations

from collections.abc import Sequence

from job import Job
from relation_jobs import RELATION_JOBS


def ner_jobs(name: str, data: str, about: str, only: str = "") -> Sequence[Job]:
    """Return the evaluations of one set of names: own spans first, then gold spans."""
    more = ("--limit", "1000", *(("--only", only) if only else ()))
    path = f"eval/ner/{data}"
    own = Job(
        name=f"ner-{name}",
        script="eval_ner.py",
        data=path,
        about=f"{about}: own spans and types, strict F1",
        figure="strict_f1",
        baselines={"majority": "majority_f1", "nearest label": "nearest_label_f1"},
        options=more,
    )
    gold = Job(
        name=f"ner-{name}-gold",
        script="eval_ner.py",
        data=path,
        about=f"{about}: types of given spans, lenient F1",
        figure="lenient_f1",
        baselines={
            "majority": "majority_lenient_f1",
            "nearest label": "nearest_label_lenient_f1",
            "either of two": "lenient_either_f1",
            "strict": "gold_span_f1",
            "strict majority": "majority_span_f1",
            "strict nearest label": "nearest_label_span_f1",
        },
        options=("--spans", "gold", *more),
    )
    return own, gold


def similarity_job(name: str, data: str, about: str) -> Job:
    """Return the evaluation of one set of graded pairs."""
    return Job(
        name=f"similarity-{name}",
        script="eval_similarity.py",
        data=data,
        about=f"{about}: Spearman, as the product searches",
        figure="spearman",
        baselines={
            "topmost [CLS]": "poolings.cls_top.raw",
            "mean of the head": "poolings.mean_head.raw",
            "static, whitened, with terms": "poolings.static_whitened+terms.half_whitened",
            "tf-idf of shared words": "baselines.shared words, tf-idf",
        },
        options=("--pooling", "all"),
    )


def lexrel_job(name: str, data: str, about: str, figure: str = "average_precision") -> Job:
    """Return the evaluation of one set of word pairs with relations or grades."""
    return Job(
        name=f"lexrel-{name}",
        script="eval_lexrel.py",
        data=f"eval/lexrel/{data}",
        about=f"{about}: is it a kind of it, {figure.replace('_', ' ')}",
        figure=figure,
        baselines={
            measure: f"measures.{measure}.{figure}" for measure in ("cosine", "neighbors", "random")
        },
    )


def discovery_job(name: str, domain: str, packed: str, corpus: str, about: str, *more: str) -> Job:
    """Return the evaluation of one domain of SemEval-2018 task 9, with a corpus of its field."""
    path = f"eval/lexrel/semeval2018t9-{domain}"
    return Job(
        name=f"hypernyms-{name}",
        script="eval_hypernyms.py",
        data=f"{path}-train.tsv{packed}",
        about=f"{about}: what is it a kind of, MAP",
        figure="map",
        baselines={
            "predictions alone": "measures.predicted.map",
            "with the ends of the query": "measures.predicted+ends.map",
            "these ends and statements alone": "measures.stated.map",
            "directed": "measures.kind.map",
            "cosine": "measures.cosine.map",
            "random": "measures.random.map",
            "most frequent of the other queries, learned": "measures.frequent.map",
            "possible": "possible.map",
        },
        options=(
            *("--vocabulary", f"@{path}-vocabulary.txt.xz"),
            *("--train", f"@{path}-train.tsv{packed}"),
            *("--corpus", f"@corpus/{corpus}", "--sentences", "20000"),
            *more,
        ),
    )


def probe_job(name: str, train: str, data: str, about: str) -> Job:
    """Return the evaluation of what a probe reads off the beginnings of one file's sentences."""
    return Job(
        name=f"prefix-probe-{name}",
        script="eval_prefix_probe.py",
        data=f"eval/ner/{data}",
        about=f"{about}: any entity of a type so far, by a linear probe of the state, AUC",
        figure="any_type.auc.state",
        baselines={
            "bag of words": "any_type.auc.bag_of_words",
            "mean of terms": "any_type.auc.static_mean",
            "majority": "any_type.auc.majority",
            "type of the last entity, accuracy": "last_type.any_word.state",
            "the same, bag of words": "last_type.any_word.bag_of_words",
            "the same, mean of terms": "last_type.any_word.static_mean",
            "the same, majority": "last_type.any_word.majority",
        },
        options=("--train", f"@eval/ner/{train}"),
    )


JOBS: Sequence[Job] = (
    *ner_jobs("bc5cdr", "bc5cdr-dev.bio.xz", "BC5CDR"),
    *ner_jobs("bc5cdr-chemical", "bc5cdr-dev.bio.xz", "BC5CDR chemicals", "Chemical"),
    *ner_jobs("bc5cdr-disease", "bc5cdr-dev.bio.xz", "BC5CDR diseases", "Disease"),
    *ner_jobs("ncbi-disease", "ncbi-disease-dev.bio.xz", "NCBI diseases"),
    *ner_jobs("jnlpba", "jnlpba-dev.bio.xz", "JNLPBA"),
    *ner_jobs("bc2gm", "bc2gm-dev.bio.xz", "BC2GM"),
    *ner_jobs("linnaeus", "linnaeus-dev.bio.xz", "Linnaeus"),
    *ner_jobs("anatem", "anatem-dev.bio.xz", "AnatEM"),
    *ner_jobs("wnut17", "wnut17-dev.bio", "WNUT 2017"),
    *ner_jobs("wikiann", "wikiann-en-dev.bio.xz", "WikiANN English"),
    Job(
        name="pos-ewt",
        script="eval_pos.py",
        data="eval/treebanks/en_ewt-dev.conllu.xz",
        about="English EWT: coarse parts of speech, accuracy",
        figure="accuracy",
        baselines={
            "majority": "baselines.majority",
            "word alone": "baselines.word_alone",
            "place alone": "baselines.place_alone",
            "most frequent tag of the word, learned": "baselines.most_frequent",
        },
        options=("--train", "@eval/treebanks/en_ewt-train.conllu.xz"),
    ),
    Job(
        name="labels",
        script="eval_labels.py",
        data="eval/labels/labels12.tsv",
        about="twelve classes of words: held-out terms, top 1",
        figure="propagation_top_1",
        baselines={
            "5 neighbors": "knn_5_centered_top_1",
            "20 neighbors": "knn_20_centered_top_1",
            "20 neighbors, by cubed cosine": "knn_20_cubed_top_1",
            "shuffled": "shuffled_top_1",
            "majority": "majority_top_1",
        },
    ),
    similarity_job("stsb", "eval/similarity/stsb-en-dev.tsv.xz", "STS benchmark"),
    similarity_job("sick", "eval/similarity/sick2014-dev.tsv", "SICK"),
    similarity_job("mqp", "eval/similarity/mqp-dev.tsv.xz", "medical question pairs"),
    similarity_job("men", "eval/wordsim/men.tsv", "MEN, pairs of words"),
    similarity_job("umnsrs", "eval/wordsim/umnsrs-rel-dev.tsv", "UMNSRS, pairs of terms"),
    Job(
        name="explanations",
        script="eval_explanations.py",
        data="eval/ner/bc5cdr-dev.bio.xz",
        about="BC5CDR: terms of a phrase's own type among the 20 that its vector points at",
        figure="cls_head.share",
        baselines={
            "topmost [CLS]": "cls_top.share",
            "mean of the head": "mean_head.share",
            "mean of the top": "mean_top.share",
            "shuffled types": "cls_head.types",
        },
    ),
    Job(
        name="importance",
        script="eval_importance.py",
        data="corpus/heldout-bio.txt.xz",
        about="biases against IDF over held-out documents, Spearman, words of one piece",
        figure="spearman.bias, sum.single_document_idf",
        baselines={
            "shuffled": "spearman.shuffled bias, sum.single_document_idf",
            "length of the vector": "spearman.vector length, mean.single_document_idf",
        },
    ),
    Job(
        name="analogy",
        script="eval_analogy.py",
        data="eval/analogy/google-questions-words-dev.txt",
        about="analogies all of whose words are terms: accuracy",
        figure="covered.add@1",
        baselines={
            "product form": "covered.multiply@1",
            "neighbors of the last word": "covered.nearest@1",
            "all questions": "all.add@1",
        },
    ),
    Job(
        name="senses",
        script="eval_senses.py",
        data="corpus/heldout-bio.txt.xz",
        about="two nouns joined to a pseudo-word: V-measure, number of senses found",
        figure="predicted.v",
        baselines={
            "two given": "two_given.v",
            "one sense": "one_sense.v",
            "bags of words": "bag_of_words_two_given.v",
            "random": "random.v",
        },
    ),
    Job(
        name="fill",
        script="eval_fill.py",
        data="corpus/heldout-bio.txt.xz",
        about="a hidden word: its type is the first named",
        figure="predicted.type@1",
        baselines={
            "its word in the first ten": "predicted.instance@10",
            "bigram, type": "bigram.type@1",
            "bigram, word": "bigram.instance@10",
            "unigram, word": "unigram.instance@10",
        },
        options=("--limit", "2000"),
    ),
    lexrel_job("bless", "bless-val.tsv", "BLESS"),
    lexrel_job("eval", "eval-val.tsv", "EVALution"),
    lexrel_job("leds", "leds-val.tsv", "LEDS"),
    lexrel_job("shwartz", "shwartz-val.tsv", "SHWARTZ"),
    lexrel_job("wbless", "wbless-val.tsv", "WBLESS"),
    lexrel_job("hyperlex", "hyperlex-random-dev.txt", "HyperLex", "spearman"),
    discovery_job("medical", "2A-medical", "", "bio-01.txt.xz", "SemEval hypernyms, medical"),
    discovery_job("music", "2B-music", "", "general.txt.xz", "SemEval hypernyms, music"),
    discovery_job(
        "general",
        "1A-english",
        ".xz",
        "general.txt.xz",
        "SemEval hypernyms, general, 500 queries",
        "--limit",
        "500",
    ),
    probe_job("bc5cdr", "bc5cdr-train.bio.xz", "bc5cdr-dev.bio.xz", "BC5CDR"),
    probe_job("craft", "craft-entities-train.bio.xz", "craft-entities-dev.bio.xz", "CRAFT"),
    Job(
        name="own-tokens",
        script="eval_own_tokens.py",
        data="eval/treebanks/en_ewt-dev.conllu.xz",
        about="heads among words as far away, by the scores of a sentence's own tokens: AUC",
        figure="masked_centered.same_distance",
        baselines={"uniform": "uniform.same_distance"},
        options=("--limit", "500"),
    ),
    *RELATION_JOBS,
)
"""Every evaluation, in the order of the README's table."""
