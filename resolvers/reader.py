"""The reader: an actor with grants, as the planner may ask about them.

The planner asks two kinds of question: which rows of a record, and who may read a field. The answers that shape the
statement are its permission signature; the sets themselves (companies, partners, sites) are parameters. A question
asked of `Everything` is answered as openly as possible, which is how the questions of a document are found before
anyone's grants are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from authz.scope import RowScope, readable_companies, row_scope
from domain.core.actors import Actor, Grants
from domain.core.columns import Tier
from resolvers.catalog import Entity
from resolvers.values import Sym

# Which `companies` argument narrows a node; None where none does.
Narrow = Sym | None


class Mask(IntEnum):
    """In which of the rows' companies a field may be read."""

    ALL = 1
    SOME = 2
    NONE = 3


@dataclass(frozen=True, slots=True)
class RowsQuestion:
    """Which rows of an entity."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class MaskQuestion:
    """Who may read a field, where `narrow` limits the companies."""

    entity: Entity
    tier: Tier
    field: str
    narrow: Narrow


Question = RowsQuestion | MaskQuestion
RowsAnswer = tuple[bool, str | None, str | None, str | None]
Answer = RowsAnswer | Mask


@dataclass(frozen=True, eq=False)
class Reader:
    """What one actor may read, memoised; made once per actor and policy version. Compared by identity."""

    actor: Actor
    grants: Grants
    codes: Mapping[str, int]
    scopes: dict[str, RowScope] = field(default_factory=dict[str, RowScope])
    fields: dict[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])

    def scope(self, entity: Entity) -> RowScope:
        """The rows of the entity this actor may see."""
        found = self.scopes.get(entity.name)
        if found is None:
            found = self.scopes[entity.name] = row_scope(entity.record, self.actor, self.grants)
        return found

    def companies(self, entity: Entity, narrowed: frozenset[int] | None) -> list[int]:
        """The company numbers whose rows of the entity are in scope, in order."""
        companies = self.scope(entity).companies
        visible = companies if companies is not None else frozenset(self.grants.companies)
        return sorted(visible if narrowed is None else visible & narrowed)

    def readable(self, entity: Entity, tier: Tier, name: str) -> frozenset[int]:
        """The companies in which a field of the entity may be read; {0} or nothing for a group record."""
        coordinate = entity.coordinate(name)
        found = self.fields.get(coordinate)
        if found is None:
            found = self.fields[coordinate] = readable_companies(entity.record, self.grants, tier, coordinate)
        return found

    def answer(self, question: Question, narrowings: Mapping[Narrow, frozenset[int] | None]) -> Answer:
        """The part of the answer that shapes the statement."""
        if isinstance(question, RowsQuestion):
            scope = self.scope(question.entity)
            return scope.nothing, scope.partner, scope.site, scope.owner
        readable = self.readable(question.entity, question.tier, question.field)
        if not question.entity.is_sharded:
            return Mask.ALL if readable else Mask.NONE
        rows = set(self.companies(question.entity, narrowings.get(question.narrow)))
        if rows <= readable:
            return Mask.ALL
        return Mask.SOME if rows & readable else Mask.NONE


class Permissions:
    """What the planner asks; remembers every question."""

    def __init__(self, answers: Mapping[Question, Answer] | None) -> None:
        self._answers = answers
        self.questions: dict[Question, None] = {}
        self.narrows: dict[Sym, None] = {}
        self.personal: dict[str, None] = {}

    def touch(self, coordinate: str) -> None:
        """A personal field is shown, or decides what is shown: the read is recorded."""
        self.personal[coordinate] = None

    def note(self, narrow: Narrow) -> None:
        """A `companies` argument limits a node."""
        if narrow is not None:
            self.narrows[narrow] = None

    def rows(self, entity: Entity) -> RowsAnswer:
        """(nothing, partner path, site path, owner path) of the entity's rows."""
        question = RowsQuestion(entity)
        self.questions[question] = None
        if self._answers is None:
            return False, None, None, None
        answer = self._answers[question]
        assert isinstance(answer, tuple)
        return answer

    def mask(self, entity: Entity, tier: Tier, name: str, narrow: Narrow) -> Mask:
        """In which of the rows' companies the field may be read."""
        question = MaskQuestion(entity, tier, name, narrow)
        self.questions[question] = None
        if self._answers is None:
            return Mask.ALL
        answer = self._answers[question]
        assert isinstance(answer, Mask)
        return answer
