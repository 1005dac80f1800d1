"""The tables of a knowledge base, as SQLAlchemy Core metadata.

``migrations/`` creates and changes them; a test holds the two together. Ids are dense integers in
order of arrival, so the same text read in the same order gives the same rows.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)


class NodeKind(IntEnum):
    """What a node of the graph is."""

    TERM = 0
    PHRASE = 1
    SENTENCE = 2


class EdgeKind(IntEnum):
    """What an edge says; the weights of two kinds are never compared.

    The three tail kinds hold cosines, from a node to the members of its own tail. A mention leads
    from a sentence to a phrase that stands in it and weighs 1. A fact leads from its subject to its
    object, and weighs its confidence.
    """

    TERM_TAIL = 0
    PHRASE_TAIL = 1
    SENTENCE_TAIL = 2
    MENTION = 3
    FACT = 4


TAIL_OF_NODE = {
    NodeKind.TERM: EdgeKind.TERM_TAIL,
    NodeKind.PHRASE: EdgeKind.PHRASE_TAIL,
    NodeKind.SENTENCE: EdgeKind.SENTENCE_TAIL,
}

metadata = MetaData()

manifest = Table(
    "manifest",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the knowledge base was made with: JSON values by key."""

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("text_field", Text, nullable=False),
    Column("id_field", Text, nullable=False),
    Column("n_read", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("done", Boolean, nullable=False),
)
"""Each source in the order given, and how many of its documents are committed (the watermark)."""

step = Table(
    "step",
    metadata,
    Column("name", Text, primary_key=True),
    Column("watermark", Text, nullable=False),
)
"""Each step over the whole knowledge base, and the state of the content that it was run on."""

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("text", Text, nullable=False),
)

node = Table(
    "node",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("has_unknown", Boolean, nullable=False),
    Column("truncated", Boolean, nullable=False),
    UniqueConstraint("kind", "text", name="uq_node_kind_text"),
)
"""Terms, phrases and distinct sentences; the flags say how far the encoder could read the text."""

term = Table(
    "term",
    metadata,
    Column("node_id", Integer, ForeignKey("node.id"), primary_key=True),
    Column("bias", Float, nullable=False),
    Column("is_piece", Boolean, nullable=False),
    Column("is_special", Boolean, nullable=False),
)

sentence = Table(
    "sentence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", Integer, ForeignKey("document.id"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("node_id", Integer, ForeignKey("node.id"), nullable=False),
    Index("ix_sentence_node", "node_id"),
    Index("ix_sentence_document", "document_id"),
)
"""Every place where a sentence stands: character offsets in its document's text."""

phrase = Table(
    "phrase",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("surface", Text, nullable=False),
    Column("n_mentions", Integer, nullable=False),
    Column("node_id", Integer, ForeignKey("node.id"), nullable=True),
    Index("ix_phrase_node", "node_id"),
)
"""Every noun phrase ever read, by its normalized key; it becomes a node when it is seen twice."""

mention = Table(
    "mention",
    metadata,
    Column("sentence_id", Integer, ForeignKey("sentence.id"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("phrase_id", Integer, ForeignKey("phrase.id"), nullable=False),
    PrimaryKeyConstraint("sentence_id", "start", "end"),
    Index("ix_mention_phrase", "phrase_id"),
    sqlite_with_rowid=False,
)

triple = Table(
    "triple",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sentence_id", Integer, ForeignKey("sentence.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_start", Integer, nullable=False),
    Column("subject_end", Integer, nullable=False),
    Column("relation", Text, nullable=False),
    Column("relation_start", Integer, nullable=False),
    Column("relation_end", Integer, nullable=False),
    Column("object", Text, nullable=False),
    Column("object_start", Integer, nullable=False),
    Column("object_end", Integer, nullable=False),
    Column("relation_lemma", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("negated", Boolean, nullable=False),
    Column("modality", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("path", Text, nullable=False),
    Column("tense", Text, nullable=False, server_default=""),
    Column("adjuncts", Text, nullable=False, server_default="[]"),
    Column("condition", Text, nullable=False, server_default=""),
    Column("attribution", Text, nullable=False, server_default=""),
    Column("predicate", Text, nullable=False, server_default=""),
    Index("ix_triple_sentence", "sentence_id"),
    Index("ix_triple_relation", "relation_lemma"),
)
"""Open triples; every offset counts characters from the start of the sentence. ``adjuncts`` is a
JSON list of [role, text, start, end]."""

entity = Table(
    "entity",
    metadata,
    Column("sentence_id", Integer, ForeignKey("sentence.id"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("types", Text, nullable=False),
    Column("subtype", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("sentence_id", "start", "end"),
    Index("ix_entity_label", "label"),
    sqlite_with_rowid=False,
)
"""Typed mentions; ``types`` is the JSON list of the three best [main type, share]."""

fact = Table(
    "fact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("symmetric", Boolean, nullable=False),
    Column("support", Integer, nullable=False),
    Column("n_documents", Integer, nullable=False),
    Column("n_negated", Integer, nullable=False),
    Column("best_confidence", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    UniqueConstraint("subject", "relation", "object", name="uq_fact"),
    Index("ix_fact_object", "object"),
    Index("ix_fact_relation", "relation"),
)
"""What the typed triples of all sentences come to, numbered from the surest on."""

typed_triple = Table(
    "typed_triple",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sentence_id", Integer, ForeignKey("sentence.id"), nullable=False),
    Column("relation", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_start", Integer, nullable=False),
    Column("subject_end", Integer, nullable=False),
    Column("subject_phrase", Integer, ForeignKey("phrase.id"), nullable=True),
    Column("subject_types", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("object_start", Integer, nullable=False),
    Column("object_end", Integer, nullable=False),
    Column("object_phrase", Integer, ForeignKey("phrase.id"), nullable=True),
    Column("object_types", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("trigger_start", Integer, nullable=False),
    Column("trigger_end", Integer, nullable=False),
    Column("form", Text, nullable=False),
    Column("negated", Boolean, nullable=False),
    Column("modality", Text, nullable=False),
    Column("tense", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("components", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("fact_id", Integer, ForeignKey("fact.id"), nullable=True),
    Index("ix_typed_triple_sentence", "sentence_id"),
    Index("ix_typed_triple_fact", "fact_id"),
)
"""Relations of the schema as single sentences state them; offsets as in `triple`, types and
components as JSON. ``fact_id`` is NULL until the facts are gathered."""

vector_block = Table(
    "vector_block",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Integer, nullable=False),
    Column("first_node", Integer, nullable=False),
    Column("last_node", Integer, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("dim", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("ix_vector_block_kind", "kind", "first_node"),
)
"""Append-only blocks of vectors: int64 node ids, float32 rows, and the sha256 of both."""

tail = Table(
    "tail",
    metadata,
    Column("node_id", Integer, ForeignKey("node.id"), primary_key=True),
    Column("threshold", Float, nullable=False),
)
"""Where each node's own tail begins: members have a cosine above it."""

edge = Table(
    "edge",
    metadata,
    Column("kind", Integer, nullable=False),
    Column("src", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("dst", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    PrimaryKeyConstraint("kind", "src", "rank"),
    sqlite_with_rowid=False,
)
"""Directed edges, in the order of the source's own ranking (rank 1 is the nearest). The rank of a
fact is its id + 1, since facts are numbered from the surest on."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("name", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("name", "part"),
)
"""Arrays derived from the rows (the graph as CSR), in parts of a few MB; they can be rebuilt."""

cluster = Table(
    "cluster",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("pivot", Integer, ForeignKey("node.id"), nullable=False),
    Column("seed", Integer, ForeignKey("node.id"), nullable=False),
    Column("strength", Float, nullable=False),
    Column("deviation", Float, nullable=False),
)

cluster_member = Table(
    "cluster_member",
    metadata,
    Column("cluster_id", Integer, ForeignKey("cluster.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("node_id", Integer, ForeignKey("node.id"), nullable=False),
    PrimaryKeyConstraint("cluster_id", "position"),
    Index("ix_cluster_member_node", "node_id"),
    sqlite_with_rowid=False,
)

label_event = Table(
    "label_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("time", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("note", Text, nullable=False),
)
"""What people did to the labels, in order. Rows are only ever added: the labels are a fold over
them. Events of one ``batch`` were done at once, and are undone together."""

labeled_cluster = Table(
    "labeled_cluster",
    metadata,
    Column("signature", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("term", Text, nullable=False),
    PrimaryKeyConstraint("signature", "position"),
    sqlite_with_rowid=False,
)
"""The members of each labeled cluster as they were then, under the hash of their texts."""

term_label = Table(
    "term_label",
    metadata,
    Column("node_id", Integer, ForeignKey("node.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("rule", Text, nullable=False),
    PrimaryKeyConstraint("node_id", "source", "label"),
    sqlite_with_rowid=False,
)
"""The labels of terms, given and propagated: derived from the rows above, and made on demand."""

CONTENT = (
    document,
    node,
    term,
    sentence,
    phrase,
    mention,
    triple,
    vector_block,
    tail,
    edge,
    cluster,
    cluster_member,
)
"""The tables that two builds of the same text by the same model must share to the last bit."""
