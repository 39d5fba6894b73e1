"""Plans made so far, by shape and permission signature: bounded by count and by size, the longest unused forgotten
first.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from resolvers.nodes import Withheld
from resolvers.reader import Answer, Question, Reader
from resolvers.sql import Statement
from resolvers.values import Sym

# Plans kept in all; each holds some kilobytes of SQL.
PLANS_MAX = 2_000
# The text of all kept plans, in characters.
PLAN_TEXT_MAX = 64 * 1024 * 1024
# Readers' own ways to a plan kept in all; each is a few references.
READY_MAX = 20_000

Signature = tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan ready to run: its statement, what stands before the data, and the personal fields it reads."""

    statement: Statement
    head: bytes
    personal: tuple[str, ...]
    withheld: tuple[Withheld, ...]

    @property
    def size(self) -> int:
        """Characters held."""
        return len(self.statement.sql) + len(self.head)


@dataclass(slots=True)
class Shaped:
    """What is known of an operation in one shape: its permission questions, and a plan for each pattern of answers.

    `signatures` remembers how a reader answers, where no argument narrows the companies.
    """

    questions: tuple[Question, ...]
    narrows: tuple[Sym, ...]
    plans: OrderedDict[Signature, Prepared] = field(default_factory=OrderedDict[Signature, Prepared])
    signatures: WeakKeyDictionary[Reader, Signature] = field(default_factory=WeakKeyDictionary[Reader, Signature])


class PlanCache:
    """Shapes with their plans; `count` plans of `size` characters in all, `renders` made since the start.

    `ready` leads straight from what a warm request knows to its plan. It is dropped as a whole whenever a plan is
    forgotten, so that it never keeps one alive.
    """

    def __init__(self, count_max: int = PLANS_MAX, size_max: int = PLAN_TEXT_MAX) -> None:
        self._count_max, self._size_max = count_max, size_max
        self._shaped: OrderedDict[Hashable, Shaped] = OrderedDict()
        self.ready: dict[Hashable, Prepared] = {}
        self.count = self.size = self.renders = 0

    def __len__(self) -> int:
        """The number of shapes."""
        return len(self._shaped)

    def shaped(self, key: Hashable, ask: Callable[[], Shaped]) -> Shaped:
        """The shape under the key, found out once."""
        found = self._shaped.get(key)
        if found is None:
            found = self._shaped[key] = ask()
            self._make_room()
        else:
            self._shaped.move_to_end(key)
        return found

    def prepared(self, shaped: Shaped, signature: Signature, make: Callable[[], Prepared]) -> Prepared:
        """The plan of a shape for a pattern of answers, rendered once."""
        found = shaped.plans.get(signature)
        if found is None:
            found = shaped.plans[signature] = make()
            self.renders += 1
            self.count += 1
            self.size += found.size
            self._make_room()
        else:
            shaped.plans.move_to_end(signature)
        return found

    def remember(self, key: Hashable, prepared: Prepared) -> None:
        """Find the plan by `key` from now on."""
        if len(self.ready) >= READY_MAX:
            self.ready.clear()
        self.ready[key] = prepared

    def _make_room(self) -> None:
        while len(self._shaped) > self._count_max or self.count > self._count_max or self.size > self._size_max:
            if len(self._shaped) > 1:
                _, forgotten = self._shaped.popitem(last=False)
                for one in forgotten.plans.values():
                    self._forget(one)
                forgotten.plans.clear()
                continue
            plans = next(iter(self._shaped.values())).plans
            if len(plans) <= 1:
                return
            self._forget(plans.popitem(last=False)[1])

    def _forget(self, one: Prepared) -> None:
        self.ready.clear()
        self.count -= 1
        self.size -= one.size
