"""VectorIndex: the nearest of many vectors, by cosine or by dot product, over FAISS.

Cosine and dot product answer different questions and are never mixed: an index holds one of them,
says so in its type, in its answers and in its file, and treats vectors and queries accordingly.
"""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from ..engine.matmul import PackedMatrix, cuda_available, top_k
from ..errors import ArtifactError, MissingDependencyError, ParameterError, ShapeError
from .cosines import UnitRows, check_vectors
from .index_file import IndexHeader, read_index, write_index

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]
Device = Literal["auto", "cpu", "cuda"]
_Search = Callable[[FloatArray, int], tuple[FloatArray, IndexArray]]

_GEMM_FROM = 1024
"""Queries times dim from which flat search is one matrix product. As shipped, FAISS waits for
128,000, and is several times slower than the product on batches of 4 to 500 queries."""

_ON_FAISS_GPU = re.compile(r"Flat|IVF\d+,(Flat|SQ8)")
_FAISS_GPU_MOST_K = 2048


class Similarity(Enum):
    """What a score is."""

    COSINE = "cosine"
    DOT = "dot"


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest vectors of each query.

    Attributes
    ----------
    ids
        int64 array of shape (n_queries, k); -1 where there are fewer than k.
    scores
        float32 array of shape (n_queries, k), falling along each row; -inf beside an id of -1.
    similarity
        What the scores are.
    """

    ids: IndexArray
    scores: FloatArray
    similarity: Similarity


class VectorIndex:
    """Vectors with ids, searched by FAISS.

    Build one with `from_vectors` or `load`.

    Attributes
    ----------
    similarity
        Whether scores are cosines or dot products.
    factory
        The FAISS factory string that it was built by.
    ids
        int64 array of shape (n,), the id of each vector in the order of adding.
    """

    def __init__(
        self, body: Any, ids: IndexArray, similarity: Similarity, factory: str, device: Device
    ) -> None:
        self.similarity = similarity
        self.factory = factory
        self.ids = ids
        self._body = body
        self._device = device
        if device not in get_args(Device):
            raise ParameterError(f"device is one of {get_args(Device)}, got {device!r}.")
        if device == "cuda" and _cuda_backend(factory) is None:
            raise ParameterError(
                f"device='cuda' cannot search factory={factory!r} here: 'Flat' needs a CUDA "
                "device, others also faiss-gpu (pip install 'tailgraph[gpu]'). Use device='cpu'."
            )

    @classmethod
    def from_vectors(
        cls,
        vectors: npt.ArrayLike,
        *,
        similarity: Similarity = Similarity.COSINE,
        factory: str = "Flat",
        ids: IndexArray | None = None,
        device: Device = "auto",
        seed: int = 0,
    ) -> VectorIndex:
        """Index vectors.

        Parameters
        ----------
        vectors
            float32 array of shape (n, dim). With `Similarity.COSINE` they are brought to length 1.
        similarity
            What is compared.
        factory
            A FAISS factory string: ``"Flat"`` searches all; ``"IVF1024,Flat"`` for hundreds of
            thousands of vectors; ``"HNSW32"`` answers single queries fastest and builds slowest.
        ids
            int64 array of shape (n,), not negative; row numbers by default.
        device
            ``"cuda"`` searches on the graphics card: with faiss-gpu where it is installed, else
            with torch if the factory is ``"Flat"``. ``"auto"`` does so where it can.
        seed
            Seed of the training of IVF and PQ.

        Raises
        ------
        MissingDependencyError
            If FAISS is not installed.
        ParameterError
            If the factory string is unknown or needs more vectors to train, the device is missing,
            an id is negative, or a vector holds NaN or infinity.
        ShapeError
            If an array has a wrong shape.

        Examples
        --------
        >>> index = VectorIndex.from_vectors([[1, 0], [0, 2], [3, 3]], device="cpu")
        >>> index.search([[0, 5]], 2).ids.tolist()
        [[1, 2]]
        """
        array = check_vectors(vectors)
        body = _make_body(array.shape[1], factory, seed)
        index = cls(body, np.empty(0, dtype=np.int64), similarity, factory, device)
        if not body.is_trained:
            _train(body, index._comparable(array), factory)
        index.add(array, ids)
        return index

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return int(self._body.d)

    def add(self, vectors: npt.ArrayLike, ids: IndexArray | None = None) -> None:
        """Add vectors, as in `from_vectors`; ids go on from the highest by default."""
        array = self._comparable(vectors)
        if ids is None:
            start = int(self.ids.max(initial=-1)) + 1
            ids = np.arange(start, start + len(array))
        ids = np.asarray(ids, dtype=np.int64)
        if ids.shape != (len(array),):
            raise ShapeError(f"{len(array)} vectors need as many ids; got shape {ids.shape}.")
        if ids.min(initial=0) < 0:
            raise ParameterError(f"Ids must not be negative, got {int(ids.min())}.")
        _add(self._body, array)
        self.ids = np.concatenate([self.ids, ids])
        self.__dict__.pop("_search", None)

    def search(self, queries: npt.ArrayLike, k: int) -> Neighbors:
        """Find the k nearest vectors of each query; equal scores are ordered by id.

        Parameters
        ----------
        queries
            float32 array of shape (n_queries, dim). For cosines they are brought to length 1.
        k
            At least 1.

        Raises
        ------
        ShapeError
            If the queries have another dimension than the index.
        ParameterError
            If `k` is below 1, or a query holds NaN or infinity.
        """
        array = self._comparable(queries)
        if k < 1:
            raise ParameterError(f"k must be at least 1, got {k}.")
        with _GemmFlatSearch():
            scores, rows = self._search(array, k)
        found = rows >= 0
        ids = np.full(rows.shape, -1, dtype=np.int64)
        ids[found] = self.ids[rows[found]]
        scores = np.where(found, scores, np.float32(-np.inf))
        order = np.lexsort((ids, -scores))
        return Neighbors(
            np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1), self.similarity
        )

    def save(self, path: str | Path) -> None:
        """Write the index to one file, whole or not at all; see `write_index`."""
        header = IndexHeader(self.similarity.value, self.factory, self.dim, len(self))
        write_index(Path(path), header, self.ids, _faiss().serialize_index(self._body).data)

    @classmethod
    def load(
        cls, path: str | Path, *, similarity: Similarity | None = None, device: Device = "auto"
    ) -> VectorIndex:
        """Read an index that `save` wrote.

        Parameters
        ----------
        similarity
            What the caller means to compare by; whatever the file holds by default.
        device
            Where to search, as in `from_vectors`.

        Raises
        ------
        ArtifactError
            If the file is missing, damaged, of another format, or of another similarity.
        MissingDependencyError, ParameterError
            If FAISS is not installed, or the device is missing.
        """
        header, ids, content = read_index(Path(path))
        held = Similarity(header.similarity)
        if similarity is not None and held is not similarity:
            raise ArtifactError(
                f"{path} compares by {held.value}, but {similarity.value} was asked for. Build it "
                "again from its vectors."
            )
        try:
            body = _faiss().deserialize_index(np.frombuffer(content, dtype=np.uint8))
        except RuntimeError as error:
            raise ArtifactError(
                f"{path} cannot be read by this FAISS ({_reason(error)}). Build it again."
            ) from error
        return cls(body, ids, held, header.factory, device)

    def _comparable(self, vectors: npt.ArrayLike) -> FloatArray:
        """Check vectors and give them the length that the similarity asks for."""
        array = check_vectors(vectors)
        if array.shape[1] != self.dim:
            raise ShapeError(
                f"The index holds vectors of {self.dim} numbers; got an array of {array.shape}."
            )
        return UnitRows(array).directions if self.similarity is Similarity.COSINE else array

    @cached_property
    def _search(self) -> _Search:
        """The search on the chosen device, made when it is first needed."""
        search: _Search = self._body.search
        backend = None if self._device == "cpu" else _cuda_backend(self.factory)
        if backend == "faiss":
            search = _on_faiss_gpu(self._body)
        elif backend == "torch":
            search = _on_torch_gpu(self._body)
        return search


def _make_body(dim: int, factory: str, seed: int) -> Any:
    """Make an empty FAISS index with our defaults: how wide to search, and where chance starts."""
    faiss = _faiss()
    # Cosines are the inner products of vectors of length 1.
    try:
        body = faiss.index_factory(dim, factory, faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        raise ParameterError(
            f"factory={factory!r} makes no FAISS index for inner products of {dim} numbers "
            f"({_reason(error)}); use for example 'Flat', 'IVF256,Flat' or 'HNSW32'."
        ) from error
    for part in _parts(body):
        if hasattr(part, "nprobe"):
            part.nprobe = max(1, round(part.nlist**0.5))
        if hasattr(part, "hnsw"):
            part.hnsw.efConstruction, part.hnsw.efSearch = 80, 64
        if hasattr(part, "k_factor"):
            part.k_factor = 4
        for trained in (part, getattr(part, "pq", part)):
            if hasattr(trained, "cp"):
                # Without the 1, FAISS writes to stderr when there are few vectors for a cluster.
                trained.cp.seed, trained.cp.min_points_per_centroid = seed, 1
    return body


def _parts(index: Any) -> Iterator[Any]:
    """Yield a FAISS index and those inside it: behind a transform, a refinement, a quantizer."""
    faiss = _faiss()
    index = faiss.downcast_index(index)
    yield index
    for name in ("index", "base_index", "quantizer"):
        inner = getattr(index, name, None)
        if isinstance(inner, faiss.Index):
            yield from _parts(inner)


def _train(body: Any, vectors: FloatArray, factory: str) -> None:
    """Train the clusters, codes or rotations that the factory string asks for."""
    try:
        body.train(vectors)
    except RuntimeError as error:
        needed = re.search(r"number of clusters \((\d+)\)", str(error))
        wanted = f"at least {needed[1]} vectors" if needed else f"other vectors ({_reason(error)})"
        raise ParameterError(
            f"factory={factory!r} needs {wanted} to train, got {len(vectors)}. Give more, or use "
            "'Flat'."
        ) from error


def _add(body: Any, vectors: FloatArray) -> None:
    """Add vectors; to an HNSW graph with one thread, else its links depend on who comes first."""
    faiss = _faiss()
    n_threads = faiss.omp_get_max_threads()
    try:
        if any(hasattr(part, "hnsw") for part in _parts(body)):
            faiss.omp_set_num_threads(1)
        body.add(vectors)
    finally:
        faiss.omp_set_num_threads(n_threads)


def _cuda_backend(factory: str) -> Literal["faiss", "torch"] | None:
    """Tell what can search such an index on CUDA here."""
    faiss = _faiss()
    has_gpu = hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0
    if has_gpu and _ON_FAISS_GPU.fullmatch(factory):
        return "faiss"
    return "torch" if factory == "Flat" and cuda_available() else None


def _on_faiss_gpu(body: Any) -> _Search:
    """Search a copy of the index with FAISS on CUDA."""
    copy = _faiss().index_cpu_to_gpu(_faiss().StandardGpuResources(), 0, body)

    def search(queries: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        scores, rows = (copy if k <= _FAISS_GPU_MOST_K else body).search(queries, k)
        return scores, rows

    return search


def _on_torch_gpu(body: Any) -> _Search:
    """Search the vectors of a flat index with torch on CUDA."""
    matrix = PackedMatrix.pack(body.reconstruct_n(0, body.ntotal), device="cuda")

    def search(queries: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        rows, scores = top_k(queries, matrix, k)
        return scores, rows

    return search


class _GemmFlatSearch:
    """While a search runs, FAISS multiplies small batches too; then its setting is put back.

    The setting belongs to the whole process, so the last of several searches puts it back.
    """

    _lock = threading.Lock()
    _n_running = 0
    _before = 0

    def __enter__(self) -> None:
        shared, settings = type(self), _faiss().cvar
        with self._lock:
            if shared._n_running == 0:
                shared._before = settings.distance_compute_blas_threshold
                settings.distance_compute_blas_threshold = _GEMM_FROM
            shared._n_running += 1

    def __exit__(self, *_: object) -> None:
        shared = type(self)
        with self._lock:
            shared._n_running -= 1
            if shared._n_running == 0:
                _faiss().cvar.distance_compute_blas_threshold = shared._before


def _faiss() -> ModuleType:
    """Import FAISS, which is an extra."""
    try:
        return importlib.import_module("faiss")
    except ImportError as error:
        raise MissingDependencyError(
            "Vector search needs FAISS, which is not installed: pip install 'tailgraph[cpu]' "
            "(or 'tailgraph[gpu]' beside CUDA)."
        ) from error


def _reason(error: RuntimeError) -> str:
    """Return the last part of a FAISS message: before it stand functions and source lines."""
    return str(error).rpartition(": ")[2].strip()
