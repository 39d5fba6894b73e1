"""Reads that go to the database together: each round of what several of them ask is one statement.

A command knows most of what it will read when it begins, and each question alone costs a round trip, some tenths of a
millisecond on both sides whatever it answers. Reads are written as ever, one function each, and asked side by side:

    asked = Together(work)
    customers = asked.of(reads.customers_by_id(asked.work, ids))
    items = asked.of(reads.items_by_id(asked.work, others))
    await asked.answered()
    customers.value, items.value

What a read asks next, once it has its first rows, goes with what the others ask next. Only reads: locks are taken in an
order that their callers see.
"""

from collections.abc import Coroutine, Generator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import BindParameter, ClauseElement, Select, bindparam, func, literal_column, select
from sqlalchemy.sql.visitors import replacement_traverse

from domain.core.database import Connection, Row
from domain.core.work import Work

T = TypeVar("T")

# Statements of several questions that are kept ready: one for each set of reads that some command asks together.
STATEMENTS_MAX = 500


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement with its values."""

    statement: ClauseElement
    params: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Questions of one read; awaiting them is answered by whoever drives the read, with the rows of each."""

    questions: Sequence[_Question]

    def __await__(self) -> Generator["_Asked", list[list[Row]], list[list[Row]]]:
        return (yield self)


class _Asking:
    """Stands where a read expects its connection, and passes on what it asks."""

    async def fetch(self, statement: ClauseElement, **params: Any) -> list[Row]:
        return (await _Asked([_Question(statement, params)]))[0]


class Told(Generic[T]):
    """What a read will have found once all are answered."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[T] = []

    def tell(self, value: T) -> None:
        self._found.append(value)

    @property
    def value(self) -> T:
        """What it found. Raises: ValueError before that."""
        [found] = self._found
        return found


class Together:
    """Some reads of one work; `work` is what they are given in its place."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._reads: list[tuple[Coroutine[Any, Any, Any], Told[Any]]] = []
        self.work = replace(work, connection=cast(Connection, _Asking()))

    def of(self, read: Coroutine[Any, Any, T]) -> Told[T]:
        """The place where the read's answer will stand."""
        told: Told[T] = Told()
        self._reads.append((read, told))
        return told

    async def answered(self) -> None:
        """Run the reads to their ends. Raises: what the first of them that fails raises."""
        going: list[_Going] = [(read, told, None) for read, told in self._reads]
        self._reads = []
        try:
            while going:
                asked = [one for read, told, rows in going if (one := _next(read, told, rows)) is not None]
                answers = await _rows(self._connection, [one for _, _, part in asked for one in part.questions])
                going = []
                for read, told, part in asked:
                    going.append((read, told, answers[: len(part.questions)]))
                    answers = answers[len(part.questions) :]
        except BaseException:
            for read, _, _ in going:
                read.close()
            raise


_Going = tuple[Coroutine[Any, Any, Any], Told[Any], list[list[Row]] | None]


def _next(
    read: Coroutine[Any, Any, Any], told: Told[Any], rows: list[list[Row]] | None
) -> tuple[Coroutine[Any, Any, Any], Told[Any], _Asked] | None:
    """The read with what it asks next, or None once it has told what it found."""
    try:
        asked = read.send(rows)
    except StopIteration as ended:
        told.tell(ended.value)
        return None
    if not isinstance(asked, _Asked):
        raise TypeError(f"{read.__name__} waits for something else than rows")
    return read, told, asked


async def _rows(connection: Connection, questions: Sequence[_Question]) -> list[list[Row]]:
    """The rows of each question."""
    if isinstance(connection, _Asking):
        return await _Asked(questions)
    if len(questions) < 2:
        return [await connection.fetch(one.statement, **one.params) for one in questions]
    statement, columns = _joined(tuple(one.statement for one in questions))
    given = {_numbered(name, place): v for place, one in enumerate(questions) for name, v in one.params.items()}
    found = await connection.fetchrow(statement, **given)
    assert found is not None, "a query without a table has one row"
    return [
        [cast(Row, dict(zip(names, values, strict=True))) for values in found[place] or ()]
        for place, names in enumerate(columns)
    ]


@lru_cache(maxsize=STATEMENTS_MAX)
def _joined(statements: tuple[ClauseElement, ...]) -> tuple[ClauseElement, tuple[tuple[str, ...], ...]]:
    """One statement whose row holds the rows of each, in their order; and the names of each one's columns."""
    parts: list[Any] = []
    columns: list[tuple[str, ...]] = []
    for place, statement in enumerate(statements):
        rows = cast(Select[Any], _renamed(statement, place)).subquery(f"rows_{place}")
        whole = cast(Any, func).array_agg(literal_column(rows.name))
        parts.append(select(whole).select_from(rows).scalar_subquery().label(f"part_{place}"))
        columns.append(tuple(rows.c.keys()))
    return select(*parts), tuple(columns)


def _renamed(statement: ClauseElement, place: int) -> ClauseElement:
    """The statement, the parameters that it is given named after its place."""

    def numbered(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.required:
            given = cast(BindParameter[Any], element)
            return bindparam(_numbered(given.key, place), type_=given.type)
        return None

    return cast(ClauseElement, replacement_traverse(statement, {}, numbered))


def _numbered(name: str, place: int) -> str:
    return f"{name}_{place}"
