"""The labels of a knowledge base: what decides them, and that nothing done to them is lost."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tailgraph.errors import ParameterError, UnknownTermError
from tailgraph.graph.labels.book import LabelBook
from tailgraph.graph.labels.events import Stamp
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.graph.store import GraphStore

from .label_stores import (
    ANN,
    BOB,
    BUNDLED,
    events,
    sources,
    write_clusters,
)

# ---- what decides the labels of a term


def test_without_events_the_labels_are_the_bundled_ones(book: LabelBook) -> None:
    """Nothing done to them, the labels and their fingerprint are those of the package."""
    assert book.current().labels == BUNDLED.labels
    assert book.current().fingerprint == BUNDLED.fingerprint
    assert LabelBook(book.store).base.labels["aspirin"]


def test_a_label_given_here_wins_over_the_bundled_one(book: LabelBook) -> None:
    """A label is set in any case of the term, and a bundled one can be taken away."""
    book.set_label("Aspirin", ["FOOD"], by=ANN)
    book.set_label("EGFR", ["GENE", "MEASURE"], by=ANN)
    book.remove_label("paris", by=ANN)
    expected = {"aspirin": ("FOOD",), "egfr": ("GENE", "MEASURE"), "tokyo": ("CITY",)}
    assert book.current().labels == expected
    assert sources(book) == {"aspirin": "manual", "egfr": "manual", "tokyo": "bundled"}


def test_a_cluster_labels_the_members_that_have_no_label(book: LabelBook) -> None:
    """Bundled, own and removed labels stay; two labeled clusters give a member both labels."""
    book.set_label("ibuprofen", ["FOOD"], by=ANN)
    book.set_label("codeine", ["FOOD"], by=ANN)
    book.remove_label("codeine", by=ANN)
    book.set_cluster("codeine", ["DRUG"], by=BOB)
    book.set_cluster("heroin", ["POISON", "DRUG"], by=BOB)
    expected = BUNDLED.labels | {
        "ibuprofen": ("FOOD",),
        "heroin": ("DRUG", "POISON"),
        "caffeine": ("POISON", "DRUG"),
    }
    assert book.current().labels == expected
    assert sources(book)["heroin"] == sources(book)["caffeine"] == "cluster"
    book.remove_cluster("heroin", by=BOB)
    assert book.current().labels == BUNDLED.labels | {"ibuprofen": ("FOOD",), "heroin": ("DRUG",)}


def test_untagged_gives_way_to_a_type_of_another_cluster(book: LabelBook) -> None:
    """A member of a cluster without a type and of one with a type has the type."""
    book.set_cluster("heroin", ["UNTAGGED"], by=ANN)
    book.set_cluster("codeine", ["DRUG"], by=ANN)
    labels = book.current().labels
    assert (labels["heroin"], labels["caffeine"]) == (("DRUG",), ("UNTAGGED",))


def test_labels_are_found_by_term_label_and_source(book: LabelBook) -> None:
    """A main type stands for its sub-types, and filters are taken together."""
    book.set_label("caffeine", ["CHEMICAL.DRUG"], by=ANN)
    book.set_label("rome", ["CITY"], by=ANN)
    assert [e.term for e in book.find(label="CHEMICAL")] == ["caffeine"]
    assert [e.term for e in book.find(label="CITY")] == ["paris", "rome", "tokyo"]
    assert [e.term for e in book.find(label="CITY", source="manual")] == ["rome"]
    assert [e.labels for e in book.find(term="Caffeine")] == [("CHEMICAL.DRUG",)]


# ---- nothing is lost, all can be undone


def replayed(done: Sequence[tuple[str, str, int]]) -> dict[str, str]:
    """Compute the labels from a list of (action, label or "", place of what is undone)."""

    def is_undone(place: int) -> bool:
        return any(
            action == "undo" and target == place and not is_undone(later)
            for later, (action, _, target) in enumerate(done)
        )

    labels = {}
    for place, (action, label, _) in enumerate(done):
        if action != "undo" and not is_undone(place):
            labels[action] = label
    return {term: label for term, label in labels.items() if label}


@pytest.mark.parametrize("seed", range(5))
def test_the_labels_are_what_a_replay_without_the_undone_events_gives(
    book: LabelBook, seed: int
) -> None:
    """Random changes and undos, also of undos, give what a replay of the rest gives."""
    draw = random.Random(seed)
    done: list[tuple[str, str, int]] = []
    plain = LabelBook(book.store, SeedLabels({}, "none"))
    for _ in range(40):
        before = events(plain)
        labeled = sorted(plain.current().labels)
        if draw.random() < 0.4 and done:
            place = draw.randrange(len(done))
            if plain.history()[place].undone_by is None:
                plain.undo(by=ANN, event=place)
                done.append(("undo", "", place))
        elif draw.random() < 0.3 and labeled:
            term = draw.choice(labeled)
            plain.remove_label(term, by=ANN)
            done.append((term, "", -1))
        else:
            term, label = draw.choice(("rome", "cell", "heroin")), draw.choice(("A", "B"))
            plain.set_label(term, [label], by=BOB)
            done.append((term, label, -1))
        assert events(plain)[: len(before)] == before
        now = {term: names[0] for term, names in plain.current().labels.items()}
        assert now == replayed(done)


def test_undo_takes_back_one_change_after_the_other(book: LabelBook) -> None:
    """Each undo without an event goes one change further back, until nothing is left."""
    states = [dict(book.current().labels)]
    book.set_label("rome", ["CITY"], by=ANN)
    states.append(dict(book.current().labels))
    book.set_cluster("codeine", ["DRUG"], by=ANN)
    states.append(dict(book.current().labels))
    book.remove_label("aspirin", by=ANN)
    for state in reversed(states):
        undone = book.undo(by=BOB)
        assert all(event.undone_by is not None for event in undone)
        assert book.current().labels == state
    with pytest.raises(ParameterError, match="no change of labels"):
        book.undo(by=BOB)
    assert len(events(book)) == 6


def test_an_undo_that_makes_no_sense_is_refused(book: LabelBook) -> None:
    """There has to be such an event, and it has to be in force."""
    book.set_label("rome", ["CITY"], by=ANN)
    book.undo(by=ANN, event=0)
    before = events(book)
    with pytest.raises(ParameterError, match="undone by event 1"):
        book.undo(by=ANN, event=0)
    with pytest.raises(ParameterError, match="no event 7"):
        book.undo(by=ANN, event=7)
    assert events(book) == before


def test_an_event_says_who_when_what_and_over_which_list(book: LabelBook) -> None:
    """The whole row of an event is what was done."""
    event = book.set_label("rome", ["CITY", "PLACE"], by=BOB, note="the capital")
    row = (
        *(0, 0, BOB.time, "bob", "set", "term", "rome", "CITY/PLACE", "manual"),
        *(BUNDLED.fingerprint[:16], "the capital"),
    )
    assert events(book) == [row]
    assert (event.labels, event.who, event.undone_by) == (("CITY", "PLACE"), "bob", None)


def test_the_history_of_a_term_has_all_that_concerns_it(book: LabelBook) -> None:
    """Its own events, those of clusters that hold it, and what undid them; nothing else."""
    book.set_label("rome", ["CITY"], by=ANN)
    book.set_label("cell", ["CELL"], by=ANN)
    book.set_cluster("rome", ["PLACE"], by=ANN)
    book.set_cluster("codeine", ["DRUG"], by=ANN)
    book.undo(by=ANN, event=0)
    book.undo(by=ANN, event=1)
    book.undo(by=ANN, event=4)
    assert [event.id for event in book.history("Rome")] == [0, 2, 4, 6]
    assert [event.undone_by for event in book.history("rome")] == [None, None, 6, None]
    assert [event.id for event in book.history("heroin")] == [3]
    assert len(book.history()) == 7


# ---- clusters come and go


def test_a_cluster_label_is_carried_to_the_cluster_with_most_of_its_members(
    book: LabelBook, store: GraphStore
) -> None:
    """Of two clusters that share members, the one with the greater overlap has the label."""
    book.set_cluster("rome", ["CITY"], by=ANN)
    write_clusters(store, {"a": "rome london thames cell", "b": "london rome thames paris cell"})
    [label] = book.clusters()
    # a shares 3 of 5 members, b 4 of 5.
    assert (label.state, label.key) == ("carried", "b")
    assert label.overlap == pytest.approx(4 / 5)
    assert label.members == ("london", "paris", "rome", "thames")
    assert book.current().labels["cell"] == ("CITY",)
    write_clusters(store, {"new name": "thames rome paris london"})
    assert [(c.state, c.key, c.overlap) for c in book.clusters()] == [("same", "new name", 1.0)]


def test_a_label_that_fits_no_cluster_sleeps_until_one_fits(
    book: LabelBook, store: GraphStore
) -> None:
    """Below an overlap of one half the label is dormant, listed, and lost by nobody."""
    book.set_cluster("rome", ["CITY"], by=ANN)
    write_clusters(store, {"x": "rome london cell"})
    [dormant] = book.clusters()
    assert (dormant.state, dormant.key, dormant.terms) == ("dormant", "", ())
    assert dormant.overlap == pytest.approx(2 / 5)
    assert "london" not in book.current().labels
    write_clusters(store, {"x": "rome london"})
    [back] = book.clusters()
    assert (back.state, back.key, back.overlap) == ("carried", "x", pytest.approx(0.5))
    assert book.current().labels["london"] == ("CITY",)


def test_the_later_of_two_labels_on_one_cluster_holds(book: LabelBook, store: GraphStore) -> None:
    """When clusters merge, the label given last holds, and the other is dormant."""
    write_clusters(store, {"a": "rome london", "b": "thames cell"})
    book.set_cluster("b", ["RIVER"], by=ANN)
    book.set_cluster("a", ["CITY"], by=ANN)
    write_clusters(store, {"all": "rome london thames cell"})
    assert [(c.labels, c.state) for c in book.clusters()] == [
        (("RIVER",), "dormant"),
        (("CITY",), "carried"),
    ]
    assert book.current().labels["thames"] == ("CITY",)


def test_a_new_label_takes_the_place_of_a_carried_one(book: LabelBook, store: GraphStore) -> None:
    """The old label is taken away in the same step, and comes back with the same undo."""
    book.set_cluster("rome", ["CITY"], by=ANN)
    write_clusters(store, {"now": "rome london thames"})
    book.set_cluster("now", ["PLACE"], by=ANN)
    assert [(c.labels, c.state) for c in book.clusters()] == [(("PLACE",), "same")]
    book.undo(by=ANN)
    assert [(c.labels, c.state) for c in book.clusters()] == [(("CITY",), "carried")]


def test_a_dormant_label_is_removed_by_its_signature(book: LabelBook, store: GraphStore) -> None:
    """What has no cluster has no key; the list shows what to name instead."""
    book.set_cluster("rome", ["CITY"], by=ANN)
    write_clusters(store, {})
    [label] = book.clusters()
    book.remove_cluster(label.signature, by=ANN)
    assert book.clusters() == []


# ---- bad input


@pytest.mark.parametrize(
    "labels",
    [[], ["drug"], ["A", "A"], ["A/B"], ["UNTAGGED", "A"], [""], ["A.B.C"]],
    ids=["none", "lower", "twice", "slash", "untagged-and-more", "empty", "three-levels"],
)
def test_bad_labels_are_refused(book: LabelBook, labels: list[str]) -> None:
    """Neither a term nor a cluster takes them, and nothing is written."""
    with pytest.raises(ParameterError):
        book.set_label("rome", labels, by=ANN)
    with pytest.raises(ParameterError):
        book.set_cluster("rome", labels, by=ANN)
    assert events(book) == []


@pytest.mark.parametrize("term", ["romee", "##ine", "[MASK]", "", "heart attack"])
def test_a_text_that_is_no_word_of_the_vocabulary_is_refused(book: LabelBook, term: str) -> None:
    """Pieces, special terms and unknown words cannot be labeled."""
    with pytest.raises(UnknownTermError, match="no whole word"):
        book.set_label(term, ["CITY"], by=ANN)
    assert events(book) == []


def test_an_unknown_term_is_told_with_its_neighbors(book: LabelBook) -> None:
    """The message names words that are spelled alike."""
    with pytest.raises(UnknownTermError, match="nearby: 'rome'"):
        book.set_label("romee", ["CITY"], by=ANN)


def test_what_has_no_label_cannot_lose_it(book: LabelBook) -> None:
    """Removing needs a label; a cluster needs to be there."""
    with pytest.raises(ParameterError, match="no label"):
        book.remove_label("rome", by=ANN)
    with pytest.raises(ParameterError, match="has a label"):
        book.remove_cluster("rome", by=ANN)
    with pytest.raises(UnknownTermError, match="no cluster"):
        book.set_cluster("nowhere", ["CITY"], by=ANN)


@pytest.mark.parametrize(
    ("who", "time"),
    [
        ("", ANN.time),
        ("ann\nbob", ANN.time),
        ("ann", "yesterday"),
        ("ann", "2026-11-22T10:00:00"),
        ("ann", "2026-11-22T10:00:00+01:00"),
    ],
    ids=["no name", "two lines", "no time", "no zone", "other zone"],
)
def test_a_bad_stamp_is_refused(who: str, time: str) -> None:
    """An event needs a name on one line and a time in UTC."""
    with pytest.raises(ParameterError):
        Stamp(who, time)
