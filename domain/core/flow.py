"""Flows: the states of a document and the transitions between them, as data.

A transition that a state does not allow is never skipped in silence: `advance` raises WrongState with the document, its
state and the transition that was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.core.errors import WrongState

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """From which states one leads, and to which."""

    sources: frozenset[S]
    target: S


@dataclass(frozen=True)
class Flow(Generic[S]):
    """The life of one kind of document: the state it begins in, and its transitions by name.

    The name is what a person reads: "be approved", as in "Purchase order 7 is REJECTED and cannot be approved".
    """

    document: str
    initial: S
    transitions: Mapping[str, Transition[S]]

    def advance(self, key: str, state: S, transition: str) -> S:
        """The state after `transition`; raises WrongState when `state` does not allow it."""
        step = self.transitions[transition]
        if state not in step.sources:
            raise WrongState(what=self.document, key=key, state=state.value, transition=transition)
        return step.target

    def reachable(self) -> frozenset[S]:
        """Every state that some sequence of transitions leads to, the initial one included."""
        known = {self.initial}
        while True:
            found = {step.target for step in self.transitions.values() if step.sources & known} - known
            if not found:
                return frozenset(known)
            known |= found
