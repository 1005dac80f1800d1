"""A treebank of five sentences, and a recipe that learns it by heart in a second."""

from __future__ import annotations

from dataclasses import replace

from tailgraph.graph.parser_training.pipeline import PipelineShape
from tailgraph.graph.parser_training.recipe import ParserTraining

SENTENCES = (
    "The/the/DET/DT/2/det drug/drug/NOUN/NN/3/nsubj binds/bind/VERB/VBZ/0/root "
    "the/the/DET/DT/5/det protein/protein/NOUN/NN/3/obj ././PUNCT/./3/punct",
    "Mice/mouse/NOUN/NNS/2/nsubj sleep/sleep/VERB/VBP/0/root in/in/ADP/IN/5/case "
    "the/the/DET/DT/5/det river/river/NOUN/NN/2/obl ././PUNCT/./2/punct",
    "Aspirin/Aspirin/PROPN/NNP/2/nsubj inhibits/inhibit/VERB/VBZ/0/root "
    "it/it/PRON/PRP/2/obj ././PUNCT/./2/punct",
    "Proteins/protein/NOUN/NNS/4/nsubj:pass were/be/AUX/VBD/4/aux:pass "
    "not/not/PART/RB/4/advmod seen/see/VERB/VBN/0/root in/in/ADP/IN/6/case "
    "mice/mouse/NOUN/NNS/4/obl ././PUNCT/./4/punct",
    "No/no/DET/DT/2/det river/river/NOUN/NN/0/root",
)

RECIPE = ParserTraining(
    shape=PipelineShape(
        width=32,
        depth=1,
        hidden_width=16,
        hash_rows=(200, 100, 100, 100),
        min_label_count=1,
        min_lemma_rule_count=1,
        vector_dim=8,
    ),
    n_words=5000,
    epoch_words=900,
    learning_rate=0.01,
    warm_up_steps=5,
    batch_words=(60, 150),
    seed=3,
)
SHORT = replace(RECIPE, n_words=1800)


def conllu(sentences: tuple[str, ...] = SENTENCES) -> str:
    """Write sentences of word/lemma/upos/xpos/head/label as CoNLL-U."""
    lines = []
    for sentence in sentences:
        for place, item in enumerate(sentence.split(), start=1):
            word, lemma, upos, xpos, head, dep = (
                (".", ".", *item[4:].split("/")) if item.startswith("././") else item.split("/")
            )
            lines.append("\t".join((str(place), word, lemma, upos, xpos, "_", head, dep, "_", "_")))
        lines.append("")
    return "\n".join(lines) + "\n"
