"""The demonstration group: three invented legal entities in two currencies, the same in every figure on every machine.

Masters, people, bills and production are imported like any other source (`feeds`), so each has its legacy key and a
second load changes nothing. Purchase orders go through the live commands, an entity's in one transaction.
"""

from domain.coexistence.demo.load import import_demo
from domain.coexistence.demo.users import USERS
from domain.coexistence.demo.world import ENTITIES, TODAY

__all__ = ["ENTITIES", "TODAY", "USERS", "import_demo"]
