"""Any masked language model plus raw text: search and a knowledge graph that explain themselves.

The public names, loaded when they are first used, so that ``import tailgraph`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine.encoder import Encoder as Encoder
    from .engine.encoder import Prediction as Prediction
    from .engine.scoring import Score as Score
    from .engine.scoring import decompose_score as decompose_score
    from .engine.vocabulary import Vocabulary as Vocabulary
    from .graph.clusters import Cluster as Cluster
    from .graph.clusters import cluster_tails as cluster_tails
    from .graph.entities import Entity as Entity
    from .graph.parsing import Parser as Parser
    from .graph.relations.extraction import extract_triples as extract_triples
    from .graph.relations.triples import Triple as Triple
    from .graph.store import GraphStore as GraphStore
    from .graph.tail_graph import TailGraph as TailGraph
    from .graph.tail_graph import build_tail_graph as build_tail_graph
    from .indexers.tails import neighbor_tails as neighbor_tails
    from .indexers.vector_index import Neighbors as Neighbors
    from .indexers.vector_index import VectorIndex as VectorIndex
    from .knowledge_base import KnowledgeBase as KnowledgeBase
    from .reading.reader import Reader as Reader

__version__ = "0.1.0"

_HOME = {
    "Cluster": "graph.clusters",
    "Encoder": "engine.encoder",
    "Entity": "graph.entities",
    "GraphStore": "graph.store",
    "KnowledgeBase": "knowledge_base",
    "Neighbors": "indexers.vector_index",
    "Parser": "graph.parsing",
    "Prediction": "engine.encoder",
    "Reader": "reading.reader",
    "Score": "engine.scoring",
    "TailGraph": "graph.tail_graph",
    "Triple": "graph.relations.triples",
    "VectorIndex": "indexers.vector_index",
    "Vocabulary": "engine.vocabulary",
    "build_tail_graph": "graph.tail_graph",
    "cluster_tails": "graph.clusters",
    "decompose_score": "engine.scoring",
    "extract_triples": "graph.relations.extraction",
    "neighbor_tails": "indexers.tails",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'tailgraph' has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
