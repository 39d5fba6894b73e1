"""The ledger kernel: what a posting is, in every book.

A posting is a balanced set of entries that are appended and never changed, with the day it counts from (`occurred_on`)
and, on its rows, the instant we knew (`recorded_at`). A book says what balances: money by company and currency, goods
by item over locations. One act may post in several books; its postings then share one id. A correction is another
posting that names the one it takes back.

The invariant stands twice: `Book.check` refuses an unbalanced posting before a row is written, and a trigger of the
database refuses it again; `skein verify` recomputes it from the rows.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import EXACT, ZERO

E = TypeVar("E")


class Unbalanced(DomainError):
    """The entries of a posting do not sum to zero where its book says they must."""

    code = "UNBALANCED"
    zh = "{book}过账在 {group} 上不平衡，差额 {difference}。"
    en = "The {book} posting does not balance for {group}: {difference} is left over."


class EmptyPosting(DomainError):
    code = "EMPTY_POSTING"
    zh = "{book}过账没有分录。"
    en = "The {book} posting has no entries."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that caused a posting; drill-down leads back to it."""

    kind: str
    id: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class Posting(Generic[E]):
    """A set of entries that belong together; `id` is shared by all books that the act posts in."""

    id: UUID
    occurred_on: date
    entries: tuple[E, ...]
    source: Source | None = None
    reverses_id: UUID | None = None


# What an entry adds to one sum that must come to zero, and which sum that is.
Share = tuple[Hashable, Decimal]


@dataclass(frozen=True, kw_only=True)
class Book(Generic[E]):
    """A ledger: its name, the sums that each posting must bring to zero, and the opposite of an entry."""

    name: str
    shares: Callable[[E], Sequence[Share]]
    opposite: Callable[[E], E]

    def check(self, posting: Posting[E]) -> Posting[E]:
        """The posting itself, balanced.

        Raises: EmptyPosting; Unbalanced naming the first sum that is not zero and what is left over.
        """
        if not posting.entries:
            raise EmptyPosting(book=self.name)
        sums: defaultdict[Hashable, Decimal] = defaultdict(lambda: ZERO)
        for entry in posting.entries:
            for group, amount in self.shares(entry):
                sums[group] = EXACT.add(sums[group], amount)
        for group, difference in sums.items():
            if difference:
                raise Unbalanced(book=self.name, group=group, difference=difference)
        return posting

    def reversal(self, posting: Posting[E], of: UUID, id_: UUID, on: date) -> Posting[E]:
        """The posting that takes back `posting`, whose row is `of`: the opposite entries, on day `on`."""
        entries = tuple(self.opposite(entry) for entry in posting.entries)
        return self.check(replace(posting, id=id_, occurred_on=on, entries=entries, reverses_id=of))
