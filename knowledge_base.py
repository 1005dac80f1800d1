"""KnowledgeBase: builds a knowledge base, opens it, answers queries; the place where all joins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from .answers import Description, Hit, RelatedText
from .building import BuildConfig, Builder, BuildReport, Progress
from .engine.corpus import SourceOptions
from .engine.encoder import Encoder
from .errors import UnknownTermError
from .fact_finding import FactJob, find_facts, make_extract
from .graph import queries
from .graph.database import folder_lock
from .graph.entities import Entity
from .graph.labels.book import LabelBook
from .graph.labels.cached_vectors import cached_vectors
from .graph.labels.proposals import Proposal, propose_clusters
from .graph.labels.term_labels import TermLabel, find_term_labels
from .graph.parsing import Parser
from .graph.relations.extraction import extract_triples
from .graph.schema import NodeKind
from .graph.store import GraphStore
from .graph.synonyms.harvest import harvest
from .graph.synonyms.records import Harvest
from .graph.synonyms.stored_names import stored_sentences
from .graph.word_counts import count_words
from .labeling import edit_labels, store_term_labels
from .loading import (
    EMBEDDED,
    begin_addition,
    begin_build,
    check_same,
    checked_sources,
    load_encoder,
    load_parser,
    new_manifest,
)
from .mention_types import pending_sentences, type_mentions
from .opening import CACHE, DATABASE, bring_up_to_date, open_store
from .reading.given_text import parse_text
from .reading.label_free import FineEntity
from .reading.reader import Reader
from .reading.typed_text import TypedText
from .searching import Searcher
from .stored_knowledge import StoredKnowledge


class KnowledgeBase(StoredKnowledge):
    """A knowledge base; use `build`, `add` or `open`, and close it or use it in a ``with``.

    What it answers without the model and the parser is told in `StoredKnowledge`.
    """

    def __init__(
        self,
        folder: Path,
        store: GraphStore,
        *,
        model: str | Path | None = None,
        parser: str | Path | None = None,
    ) -> None:
        super().__init__(folder, store)
        self.report: BuildReport | None = None
        self._model = model
        self._parser = parser

    # ---- building

    @classmethod
    def build(
        cls,
        sources: Iterable[str | Path],
        out: str | Path,
        *,
        model: str | Path | None = None,
        parser: str | Path | None = None,
        options: SourceOptions | None = None,
        config: BuildConfig | None = None,
        progress: Progress | None = None,
    ) -> KnowledgeBase:
        """Build a knowledge base from text, or go on with an interrupted build of the same sources.

        Parameters
        ----------
        sources
            Files, folders, glob patterns, or ``-`` for standard input; see `read_documents`.
        out
            Folder of the knowledge base.
        model, parser
            Folder or name of a masked language model and of a spaCy pipeline; the embedded defaults
            when left out.
        options
            How text files and records are read.

        Raises
        ------
        CorpusError
            A source is missing, unreadable or empty.
        ArtifactError
            The folder holds another knowledge base, or one of another model or configuration.
        StorageError
            The disk is full or read-only; what was committed stays, and the same call goes on.
        """
        options = options or SourceOptions()
        names = checked_sources(sources, options)
        config = config or BuildConfig()
        encoder, reader = load_encoder(model), load_parser(parser)
        manifest = new_manifest(encoder, reader, config, model, parser)
        folder = Path(out)
        with folder_lock(folder), GraphStore.create(folder / DATABASE) as store:
            begin_build(store, manifest, names, options)
            builder = Builder(store, encoder, reader, config, progress=progress)
            builder.run()
        return cls.open(folder, model=model, parser=parser)._take_over(builder)

    @classmethod
    def add(
        cls,
        folder: str | Path,
        sources: Iterable[str | Path],
        *,
        model: str | Path | None = None,
        parser: str | Path | None = None,
        options: SourceOptions | None = None,
        progress: Progress | None = None,
    ) -> KnowledgeBase:
        """Add more text to a knowledge base: the result is that of building all sources at once.

        Parameters and errors are those of `build`. Documents that are stored already are passed
        over, and an interrupted addition goes on.
        """
        options = options or SourceOptions()
        names = checked_sources(sources, options)
        folder = Path(folder)
        bring_up_to_date(folder)
        with cls(folder, GraphStore.open(folder / DATABASE), model=model, parser=parser) as old:
            encoder, reader, config = old.encoder, old.parser, old.config
        with folder_lock(folder), GraphStore.create(folder / DATABASE) as store:
            begin_addition(store, names, options)
            builder = Builder(store, encoder, reader, config, progress=progress)
            builder.run()
        return cls.open(folder, model=model, parser=parser)._take_over(builder)

    def _take_over(self, builder: Builder) -> KnowledgeBase:
        """Keep what a build has loaded, and make the search indexes."""
        self.__dict__.update(encoder=builder.encoder, parser=builder.parser)
        with builder.timed("indexes"):
            self.searcher.make_indexes()
        self.report = builder.report()
        return self

    # ---- opening

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        model: str | Path | None = None,
        parser: str | Path | None = None,
    ) -> KnowledgeBase:
        """Open a finished knowledge base for reading.

        Parameters
        ----------
        model, parser
            Where the model and the parser lie now, if they have moved since the build.

        Raises
        ------
        ArtifactError
            The folder holds no knowledge base, a damaged one, or one whose build was interrupted.
        """
        return cls(Path(folder), open_store(folder), model=model, parser=parser)

    @cached_property
    def encoder(self) -> Encoder:
        """The masked language model, checked to be the one that the vectors were made with."""
        encoder = load_encoder(self._model or self._recorded("model_path"))
        check_same(self.folder, "model", self.store.manifest()["model"], encoder.fingerprint)
        return encoder

    @cached_property
    def parser(self) -> Parser:
        """The dependency parser, checked to be the one that the phrases were read with."""
        parser = load_parser(self._parser or self._recorded("parser_path"))
        check_same(self.folder, "parser", self.store.manifest()["parser"], parser.fingerprint)
        return parser

    @cached_property
    def reader(self) -> Reader:
        """What reads texts with the model, the labels and the phrases of the knowledge base."""
        return Reader(
            self.encoder,
            self.seeds,
            find_phrases=self.searcher.nearest_phrases,
            find_vector=self.searcher.stored_vector,
            find_clusters=self.searcher.cluster_keys,
            count_words=partial(count_words, self.store),
            list_clusters=partial(queries.term_clusters, self.store),
            find_sentences=partial(queries.sentences_with, self.store),
            load_parser=lambda: self.parser,
            group_sentences=self.config.group_sentences,
            spread=partial(
                cached_vectors, folder=self.folder / CACHE, model=self.encoder.fingerprint
            ),
        )

    def _recorded(self, key: str) -> str | None:
        path = str(self.store.manifest()[key])
        return None if path == EMBEDDED else path

    @cached_property
    def searcher(self) -> Searcher:
        """What finds the nodes nearest to a text."""
        return Searcher(self.store, self.folder / CACHE, self.encoder)

    # ---- searching

    def search(
        self, query: str, *, kind: NodeKind = NodeKind.SENTENCE, k: int = 10
    ) -> tuple[Hit, ...]:
        """Return the k nodes of a kind that are nearest to a text; see `Searcher.search`."""
        return self.searcher.search(query, kind=kind, k=k)

    def describe(self, text: str, *, k: int = 8) -> Description:
        """Say what a text means to the model: landmarks, near phrases and sentences, its node."""
        try:
            standing = self.walker.standing(self.walker.find(text))
        except UnknownTermError:
            standing = None
        return self.searcher.describe(text, standing, k=k)

    # ---- reading

    def synonyms(self, about: str = "") -> Harvest:
        """Harvest names of one thing from the stored sentences; see `harvest`."""
        return harvest(
            stored_sentences(self.store),
            encoder=self.encoder,
            typer=self.reader.typer,
            about=about,
        )

    def triples_of(self, text: str) -> list[RelatedText]:
        """Extract the triples of a text that is not stored."""
        parsed = parse_text(self.parser, text, group_sentences=self.config.group_sentences)
        return [RelatedText(s.text, tuple(extract_triples(s))) for s in parsed]

    def entities_of(
        self, text: str, *, label: str = "", spans: Sequence[tuple[int, int]] = ()
    ) -> list[TypedText[Entity]]:
        """Type the names in a text that is not stored, or given phrases; see `Reader.type_text`."""
        return self.reader.type_text(text, label=label, spans=spans)

    def fine_types_of(
        self, text: str, *, spans: Sequence[tuple[int, int]] = ()
    ) -> list[TypedText[FineEntity]]:
        """Type the phrases of a text by clusters, without labels; see `reading.label_free`."""
        return self.reader.fine_type_text(text, spans=spans)

    def type_mentions(self, *, progress: Progress | None = None) -> None:
        """Type every stored mention that has no type yet, and store the types.

        Goes on where an interrupted call stopped.
        """
        first, n_sentences = pending_sentences(self.store, self.seeds)
        if first < n_sentences:
            path = self.folder / DATABASE
            with folder_lock(self.folder), GraphStore.create(path) as store:
                type_mentions(store, self.reader.typer, self.seeds, progress)

    def find_facts(
        self, *, schema: str | Path | None = None, progress: Progress | None = None
    ) -> None:
        """Search every sentence not searched yet for the relations of a schema; see `find_facts`.

        Goes on where an interrupted call stopped. Without a schema it is that of the last time, at
        first the one that comes with the package.
        """
        job = FactJob.of(self.store, self.seeds, schema)
        if not job.is_done(self.store):
            path, size = self.folder / DATABASE, self.config.group_sentences
            with folder_lock(self.folder), GraphStore.create(path) as store:
                extract = make_extract(store, job, self.encoder, self.reader.typer)
                find_facts(
                    store, job, extract, self.parser, group_sentences=size, progress=progress
                )
            self.__dict__.pop("walker", None)

    # ---- labels

    @contextmanager
    def edit_labels(self) -> Iterator[LabelBook]:
        """Open the labels for writing, under the lock of the folder; what they decide follows."""
        with edit_labels(self.folder) as book:
            yield book
        for name in ("seeds", "reader"):
            self.__dict__.pop(name, None)

    def propose_labels(self, *, k: int = 1) -> list[Proposal]:
        """Return the clusters whose labels would cover most text; see `propose_clusters`."""
        return propose_clusters(self.store, self.reader.entity_vectors, k=k)

    def term_labels(
        self, *, term: str = "", label: str = "", source: str = "", limit: int = 50
    ) -> list[TermLabel]:
        """Return labels of terms, given and propagated; see `find_term_labels`."""
        store_term_labels(self.folder, self.labels, lambda: self.reader.entity_vectors)
        return find_term_labels(self.store, term=term, label=label, source=source, limit=limit)
