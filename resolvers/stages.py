"""Where the time of one request goes: each step of the road says when it has ended."""

from time import perf_counter

# In the order of a request. `throttle` is the wait for a lease, `connection` that for a connection; `statement` is the
# database's answer, for a mutation its whole transaction.
STAGES = ("parse", "validate", "throttle", "plan", "connection", "statement", "encode")


class Stages:
    """The seconds that each stage took; a stage that comes twice is added up."""

    __slots__ = ("begun", "last", "spent")

    def __init__(self) -> None:
        self.begun = self.last = perf_counter()
        self.spent: dict[str, float] = {}

    def end(self, stage: str) -> None:
        """What passed since the last stage ended belongs to this one."""
        now = perf_counter()
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self.last
        self.last = now

    @property
    def seconds(self) -> float:
        """From the beginning to now."""
        return perf_counter() - self.begun
