import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest

import server
from domain.core.errors import NotFound, Refusal, WrongState
from resolvers.errors import error_entries, known_fault
from schema.graph import SCHEMA

TRACE = "0123456789abcdef0123456789abcdef"


def every_refusal(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for kind in root.__subclasses__():
        yield kind
        yield from every_refusal(kind)


def test_every_code_of_the_house_is_in_the_published_enum():
    for module in pkgutil.iter_modules(server.__path__):
        importlib.import_module(f"server.{module.name}")
    published = {value.name for value in SCHEMA.get_type_by_name("ErrorCode").values}
    # Importers are run from the command line only, and their files are loaded late.
    silent = ("tests.", "domain.coexistence.")
    ours = {kind.code for kind in every_refusal() if "code" in kind.__dict__ and not kind.__module__.startswith(silent)}
    assert ours - published == set()


def test_an_entry_has_the_code_the_trace_the_values_and_both_paths():
    refusal = WrongState(("input", "order"), what="Order", key="7", state="REJECTED", transition="be approved")
    [entry] = error_entries(refusal, TRACE, "en", ("approve",))
    assert entry == {
        "message": "Order 7 is REJECTED and cannot be approved.",
        "path": ["approve"],
        "extensions": {
            "code": "WRONG_STATE", "traceId": TRACE, "inputPath": ["input", "order"],
            "values": {"what": "Order", "key": "7", "state": "REJECTED", "transition": "be approved"},
        },
    }  # fmt: skip


def test_the_message_is_in_the_readers_language():
    [entry] = error_entries(NotFound(what="单位", key=Decimal(1)), TRACE, "zh-CN")
    assert entry["message"] == "找不到单位 1。"


@pytest.mark.parametrize("secret", [RuntimeError("password=hunter2"), KeyError("table salary")])
def test_what_nobody_foresaw_says_nothing_of_the_inside(secret: Exception):
    [entry] = error_entries(known_fault(secret, TRACE), TRACE)  # type: ignore[arg-type]  # a refusal or Invalid
    assert entry["extensions"] == {"code": "INTERNAL_ERROR", "traceId": TRACE}
    assert "hunter2" not in str(entry) and "salary" not in str(entry)


COUNT = (
    "import schema.graph, resolvers.codes as codes; from domain.core.errors import Refusal; "
    "print(len(list(codes._refusals(Refusal))))"
)
LOAD_ALL = (
    "import importlib, pkgutil, domain; "
    "[importlib.import_module(one.name) for one in pkgutil.walk_packages(domain.__path__, 'domain.')]; "
)


def test_every_refusal_is_loaded_before_the_codes_are_gathered():
    counts = [
        int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for code in (COUNT, LOAD_ALL + COUNT)
    ]
    assert counts[0] == counts[1] > 0
