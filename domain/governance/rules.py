"""What the policy would let a set of roles do, and where that breaks segregation of duties: pure, over lines as values.

Casbin answers requests; this answers "what if", before a change is made. A test holds both to the same answers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from domain.core.actors import Audience
from domain.core.commands import CommandSpec
from domain.core.policy import Line, ancestors, audiences_of, parents_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The policy that holds: its lines, the role graph, the conflicting duties, and the commands these name."""

    lines: frozenset[Line]
    inherits: frozenset[tuple[str, str]]
    duties: frozenset[tuple[str, str]]
    commands: Mapping[str, CommandSpec]

    @property
    def audiences(self) -> Mapping[str, Audience]:
        """The audience of each role."""
        return audiences_of(self.inherits)

    def with_line(self, line: Line) -> "Rulebook":
        """The rulebook after a line was added."""
        return replace(self, lines=self.lines | {line})

    def without_line(self, line: Line) -> "Rulebook":
        """The rulebook after a line was removed."""
        return replace(self, lines=self.lines - {line})


def performable(book: Rulebook, roles: Collection[str], command: CommandSpec) -> bool:
    """Whether someone who holds the roles in a company may perform the command there."""
    parents = parents_of(book.inherits)
    held = set(roles).union(*(ancestors(role, parents) for role in roles))
    lines = [line for line in book.lines if line.role in held]
    if any(line.effect == "deny" and line.target == command.name for line in lines):
        return False
    return any(
        line.target == command.name or (line.target == command.module and command.action in line.actions)
        for line in lines
        if line.effect == "allow"
    )


def conflicts(book: Rulebook, roles: Collection[str]) -> frozenset[tuple[str, str]]:
    """The pairs of conflicting duties that someone who holds the roles in one company could both perform."""
    named = {name for pair in book.duties for name in pair}
    able = {
        name for name in named if name in book.commands and performable(book, roles, book.commands[name])
    }  # fmt: skip
    return frozenset((duty, conflicting) for duty, conflicting in book.duties if duty in able and conflicting in able)


def first_new_conflict(
    before: Rulebook, after: Rulebook, changes: Iterable[tuple[Collection[str], Collection[str]]]
) -> tuple[str, str] | None:
    """The first conflict, by name, that a change of rules or roles brings; each change is (roles before, roles after).

    A conflict that stood before is not the change's fault, and must not keep anyone from mending the rest.
    """
    brought = {pair for old, new in changes for pair in conflicts(after, new) - conflicts(before, old)}
    return min(brought) if brought else None


def held_in(assignments: Iterable[tuple[int, str]]) -> Mapping[int, frozenset[str]]:
    """The roles that count in each company named, those of the group (0) included, and in the group itself."""
    pairs = list(assignments)
    group = {role for company, role in pairs if company == 0}
    return {
        company: frozenset(group | {role for where, role in pairs if where == company})
        for company in {0, *(company for company, _ in pairs)}
    }
