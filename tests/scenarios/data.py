"""Where the real data is that scenarios run on; it is no part of the project and stands beside it."""

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"
WITHOUT_DATA = "SKEIN_WITHOUT_DATA"


def data_folder(name: str) -> Path:
    """The folder of one source. Without it the test fails, or is left out, in print, when SKEIN_WITHOUT_DATA=1."""
    folder = DATA / name
    if not folder.is_dir():
        if os.environ.get(WITHOUT_DATA) == "1":
            pytest.skip(f"{WITHOUT_DATA}=1: ../shared/data/{name} is absent, its facts are not tested")
        pytest.fail(f"../shared/data/{name} is absent; set {WITHOUT_DATA}=1 to test without it")
    return folder
