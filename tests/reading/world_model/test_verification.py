"""Claims against facts: what counts as the same pair, and what is said of it."""

from __future__ import annotations

import pytest

from tailgraph.reading.world_model.verification import NOT_FOUND, Claim, Fact, verify_claims


def fact(subject: str, relation: str, target: str, *, negated: bool = False) -> Fact:
    """Make a fact of one document."""
    return Fact(subject, relation, target, negated, "d", f"{subject} {relation} {target}.")


CLAIM = Claim("aspirin", "relieves", "headache")


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([fact("Aspirin", "relieve", "headache")], "stated"),
        ([fact("the aspirin", "relieve", "severe headaches")], "stated"),
        ([fact("headache", "be relieved by", "aspirin")], "stated"),
        ([fact("aspirin", "relieve", "headache", negated=True)], "stated negated"),
        ([fact("aspirin", "cause", "headache")], "other relation"),
        ([fact("aspirin", "relieve", "headache clinics")], "not found"),
        ([fact("aspirin", "relieve", "pain")], "not found"),
        ([], "not found"),
    ],
    ids=["plain", "end", "turned", "negated", "other", "head", "pair", "none"],
)
def test_the_status_of_a_pair(facts: list[Fact], status: str) -> None:
    """Both phrases have to end the arguments, and the relation decides the status."""
    [verdict] = verify_claims([CLAIM], facts)
    assert verdict.status == status


def test_a_pair_stated_once_and_denied_once_is_stated() -> None:
    """Only where every statement is negated the pair is told to be."""
    facts = [
        fact("aspirin", "relieve", "headache", negated=True),
        fact("aspirin", "relieve", "headache"),
    ]
    [verdict] = verify_claims([CLAIM], facts)
    assert (verdict.status, verdict.n_facts) == ("stated", 2)


def test_facts_with_the_relation_come_first() -> None:
    """Places of the relation stand before those of others; all are counted."""
    facts = [fact("aspirin", "cause", "headache")] * 4 + [fact("aspirin", "relieve", "headache")]
    [verdict] = verify_claims([CLAIM], facts)
    assert verdict.n_facts == 5
    assert [f.relation for f in verdict.facts] == ["relieve", "cause", "cause"]


def test_claims_are_answered_in_order() -> None:
    """Each claim has its own verdict; a stream of facts is read once for all."""
    claims = [Claim("sleep", "relieves", "pain"), CLAIM]
    first, second = verify_claims(claims, iter([fact("aspirin", "relieve", "headache")]))
    assert (first, second.status) == (NOT_FOUND, "stated")
