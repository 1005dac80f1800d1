from __future__ import annotations

import sys
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.engine.matmul import cuda_available
from tailgraph.errors import (
    ArtifactError,
    MissingDependencyError,
    ParameterError,
    ShapeError,
    StorageError,
)
from tailgraph.indexers.vector_index import Device, Similarity, VectorIndex

FloatArray = npt.NDArray[np.float32]

needs_cuda = pytest.mark.skipif(not cuda_available(), reason="no CUDA device")
DEVICES = [
    pytest.param("cpu", id="cpu"),
    pytest.param("cuda", id="cuda", marks=[pytest.mark.gpu, needs_cuda]),
]
SIMILARITIES = [pytest.param(similarity, id=similarity.value) for similarity in Similarity]


def clustered_rows(n_rows: int, seed: int, *, dim: int = 32, n_clusters: int = 50) -> FloatArray:
    """Draw rows around a few centers, with lengths from .5 to 2."""
    centers = np.random.default_rng(7).standard_normal((n_clusters, dim))
    rng = np.random.default_rng(seed)
    rows = centers[rng.integers(0, n_clusters, n_rows)] + 0.4 * rng.standard_normal((n_rows, dim))
    return (rows * rng.uniform(0.5, 2.0, (n_rows, 1))).astype(np.float32)


def exact_scores(
    queries: FloatArray, vectors: FloatArray, similarity: Similarity
) -> npt.NDArray[np.float64]:
    """Compute all scores in float64."""
    left, right = queries.astype(np.float64), vectors.astype(np.float64)
    if similarity is Similarity.COSINE:
        left /= np.linalg.norm(left, axis=1, keepdims=True)
        right /= np.linalg.norm(right, axis=1, keepdims=True)
    return left @ right.T


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("n_queries", [1, 3, 40, 200])
def test_flat_search_is_exact(device: Device, similarity: Similarity, n_queries: int) -> None:
    """For every batch size the ids and scores are those of a full float64 sort."""
    vectors, queries = clustered_rows(500, 1), clustered_rows(n_queries, 2)
    index = VectorIndex.from_vectors(vectors, similarity=similarity, device=device)
    found = index.search(queries, 10)
    scores = exact_scores(queries, vectors, similarity)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(found.ids, expected)
    np.testing.assert_allclose(found.scores, np.take_along_axis(scores, expected, 1), rtol=1e-5)
    assert found.similarity is similarity


def test_cosine_and_dot_rank_differently() -> None:
    """A long vector wins by dot product, a parallel one by cosine; neither score is the other."""
    vectors = np.array([[1, 0], [4, 4]], dtype=np.float32)
    query = np.array([[2, 0]], dtype=np.float32)
    cosine = VectorIndex.from_vectors(vectors, similarity=Similarity.COSINE).search(query, 2)
    dot = VectorIndex.from_vectors(vectors, similarity=Similarity.DOT).search(query, 2)
    assert cosine.ids.tolist() == [[0, 1]]
    np.testing.assert_allclose(cosine.scores, [[1, 0.5**0.5]], rtol=1e-6)
    assert dot.ids.tolist() == [[1, 0]]
    assert dot.scores.tolist() == [[8, 2]]


def test_vectors_that_are_given_are_not_changed() -> None:
    """Bringing vectors to length 1 happens on a copy."""
    vectors = clustered_rows(20, 3)
    before = vectors.copy()
    VectorIndex.from_vectors(vectors).search(vectors, 2)
    np.testing.assert_array_equal(vectors, before)


def test_equal_scores_are_ordered_by_id() -> None:
    """Five equal vectors come back by rising id, whatever the order of adding."""
    vectors = np.ones((5, 3), dtype=np.float32)
    index = VectorIndex.from_vectors(vectors, ids=np.array([9, 2, 7, 4, 0]))
    assert index.search(vectors[:1], 5).ids.tolist() == [[0, 2, 4, 7, 9]]


def test_missing_neighbors_are_marked() -> None:
    """Beyond the last vector stand id -1 and score -inf."""
    index = VectorIndex.from_vectors(np.eye(2, dtype=np.float32))
    found = index.search(np.array([[0, 3]], dtype=np.float32), 4)
    assert found.ids.tolist() == [[1, 0, -1, -1]]
    assert found.scores.tolist() == [[1, 0, -np.inf, -np.inf]]


def test_an_empty_index_finds_nothing() -> None:
    """No vectors is a valid index."""
    index = VectorIndex.from_vectors(np.empty((0, 4), dtype=np.float32))
    assert len(index) == 0
    assert index.search(np.ones((1, 4), dtype=np.float32), 2).ids.tolist() == [[-1, -1]]


def test_a_zero_vector_has_cosine_zero() -> None:
    """A zero vector is no neighbor of anything and makes no NaN."""
    index = VectorIndex.from_vectors(np.array([[0, 0], [1, 1]], dtype=np.float32))
    found = index.search(np.array([[2, 2], [0, 0]], dtype=np.float32), 2)
    np.testing.assert_allclose(found.scores, [[1, 0], [0, 0]], atol=1e-6)


def test_added_vectors_are_found_under_their_ids() -> None:
    """An index made in two steps answers like one made at once; new ids go on from the highest."""
    vectors, queries = clustered_rows(100, 4), clustered_rows(5, 5)
    index = VectorIndex.from_vectors(vectors[:60], ids=np.arange(60) + 1000)
    index.search(queries, 3)
    index.add(vectors[60:])
    whole = VectorIndex.from_vectors(vectors).search(queries, 8)
    assert index.ids.tolist() == list(range(1000, 1100))
    np.testing.assert_array_equal(index.search(queries, 8).ids, whole.ids + 1000)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("factory", ["Flat", "IVF8,Flat", "HNSW16", "IVF8,SQ8", "SQ8,RFlat"])
def test_a_loaded_index_answers_like_the_saved_one(
    tmp_path: Path, similarity: Similarity, factory: str
) -> None:
    """Ids, scores and settings survive the file, bit by bit."""
    vectors, queries = clustered_rows(400, 6), clustered_rows(30, 7)
    ids = np.random.default_rng(0).permutation(400) + 10
    index = VectorIndex.from_vectors(vectors, similarity=similarity, factory=factory, ids=ids)
    index.save(tmp_path / "index")
    loaded = VectorIndex.load(tmp_path / "index", similarity=similarity)
    assert (loaded.similarity, loaded.factory, loaded.dim, len(loaded)) == (
        similarity,
        factory,
        32,
        400,
    )
    np.testing.assert_array_equal(loaded.ids, ids)
    before, after = index.search(queries, 7), loaded.search(queries, 7)
    np.testing.assert_array_equal(after.ids, before.ids)
    np.testing.assert_array_equal(after.scores, before.scores)
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


@pytest.mark.parametrize("factory", ["IVF8,Flat", "HNSW16"])
def test_the_same_seed_gives_the_same_file(tmp_path: Path, factory: str) -> None:
    """Training and insertion depend on the vectors and the seed alone."""
    vectors = clustered_rows(600, 8)
    for name in ("one", "two"):
        VectorIndex.from_vectors(vectors, factory=factory, seed=3).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("where", [0, 30, 100, 150, 1000, -1], ids=lambda where: f"byte {where}")
def test_a_changed_byte_is_noticed(tmp_path: Path, where: int) -> None:
    """Damage anywhere, in the header, the ids or the body, raises an ArtifactError."""
    path = tmp_path / "index"
    VectorIndex.from_vectors(clustered_rows(50, 9)).save(path)
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match="Build it again"):
        VectorIndex.load(path)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.999])
def test_a_cut_file_is_noticed(tmp_path: Path, kept: float) -> None:
    """A file that ends early raises an ArtifactError."""
    path = tmp_path / "index"
    VectorIndex.from_vectors(clustered_rows(50, 9)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ArtifactError, match="Build it again"):
        VectorIndex.load(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """Loading what is not there is an ArtifactError that names the path."""
    with pytest.raises(ArtifactError, match="nothing-here"):
        VectorIndex.load(tmp_path / "nothing-here")


def test_another_similarity_is_refused(tmp_path: Path) -> None:
    """Who means dot products gets no index of cosines."""
    VectorIndex.from_vectors(clustered_rows(5, 9)).save(tmp_path / "index")
    with pytest.raises(ArtifactError, match="compares by cosine, but dot was asked for"):
        VectorIndex.load(tmp_path / "index", similarity=Similarity.DOT)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    """When the place cannot be written, the error says so and nothing is left behind."""
    index = VectorIndex.from_vectors(clustered_rows(5, 9))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(StorageError, match="could not be written"):
        index.save(tmp_path / "taken")
    with pytest.raises(StorageError, match="could not be written"):
        index.save(tmp_path / "no such folder" / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("factory", ["IVF40,Flat", "HNSW32", "SQ8,RFlat"])
def test_approximate_indexes_find_what_flat_finds(similarity: Similarity, factory: str) -> None:
    """On clustered vectors at least 95 % of the exact ten nearest are found."""
    vectors, queries = clustered_rows(3000, 10), clustered_rows(100, 11)
    exact = VectorIndex.from_vectors(vectors, similarity=similarity).search(queries, 10)
    index = VectorIndex.from_vectors(vectors, similarity=similarity, factory=factory)
    found = index.search(queries, 10)
    recall = np.mean([np.isin(a, b).mean() for a, b in zip(exact.ids, found.ids, strict=True)])
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("factory", "needed"), [("IVF256,Flat", 256), ("PQ8", 256), ("IVF8,PQ8x4", 16)]
)
def test_too_few_vectors_to_train_says_how_many_are_needed(factory: str, needed: int) -> None:
    """The error names the number and the way out."""
    with pytest.raises(ParameterError, match=f"needs at least {needed} vectors to train, got 12"):
        VectorIndex.from_vectors(clustered_rows(12, 12), factory=factory)


def test_few_training_vectors_write_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """FAISS is kept from writing warnings to stderr."""
    VectorIndex.from_vectors(clustered_rows(40, 12), factory="IVF20,Flat")
    assert capfd.readouterr() == ("", "")


def test_an_unknown_factory_is_refused() -> None:
    """FAISS's own error becomes ours and names what works."""
    with pytest.raises(ParameterError, match="could not parse index string Nonsense"):
        VectorIndex.from_vectors(clustered_rows(5, 13), factory="Nonsense")


@pytest.mark.parametrize("shape", [(3,), (2, 31), (2, 3, 4)], ids=str)
def test_queries_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """A query must have two axes and the index's dimension."""
    index = VectorIndex.from_vectors(clustered_rows(5, 14))
    with pytest.raises(ShapeError):
        index.search(np.zeros(shape, dtype=np.float32), 1)


def test_numbers_that_are_not_finite_are_refused() -> None:
    """NaN would poison every score."""
    with pytest.raises(ParameterError, match="Row 1 of the vectors holds NaN"):
        VectorIndex.from_vectors(np.array([[1, 2], [np.nan, 0]], dtype=np.float32))


@pytest.mark.parametrize(
    "ids", [np.array([0]), np.array([0, -5])], ids=["wrong length", "negative"]
)
def test_unusable_ids_are_refused(ids: npt.NDArray[np.int64]) -> None:
    """Each vector needs an id, and -1 means that there is none."""
    with pytest.raises(ParameterError):
        VectorIndex.from_vectors(np.eye(2, dtype=np.float32), ids=ids)


def test_a_search_leaves_the_settings_of_faiss_alone() -> None:
    """The threshold that a search lowers is the process's again afterwards."""
    before = faiss.cvar.distance_compute_blas_threshold
    index = VectorIndex.from_vectors(clustered_rows(5, 15))
    index.search(clustered_rows(64, 16), 2)
    assert faiss.cvar.distance_compute_blas_threshold == before


@pytest.mark.skipif(cuda_available(), reason="a CUDA device is there")
def test_missing_cuda_is_said() -> None:
    """Asking for CUDA where there is none is an error; auto searches on the processor."""
    with pytest.raises(ParameterError, match="device='cuda' cannot search factory='Flat'"):
        VectorIndex.from_vectors(clustered_rows(5, 17), device="cuda")
    assert len(VectorIndex.from_vectors(clustered_rows(5, 17), device="auto")) == 5


def test_missing_faiss_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without FAISS, building an index says what to install."""
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'tailgraph\[cpu\]'"):
        VectorIndex.from_vectors(clustered_rows(5, 18))
