"""Merges: two masters that are one thing become one, and two again where that was wrong.

A steward proposes, another person approves. From then on the survivor stands for the other, which is archived: its code
and id answer with the survivor wherever one row is asked for. What describes a master (roles, addresses, licences,
identifiers, accounts, terms, prices) moves to the survivor, save what it has already. **Nothing else moves.** Documents
and postings go on naming whom they named when they were made, so that a voucher of last year reads as it did, and the
undoing of a merge has nothing to repair in a ledger; what is done with them from now on is done with the survivor: it
is paid, invoiced, dunned and limited for what the other owes or is owed (`domain.master_data.standing`). What it
settles of the other's moves, in the ledger too, from the one to the other on that day, so that the account of each is
its own items while they are one and when they are two again. Stock that is
left under a merged item is turned into the survivor by `convertStock`, at its own value.

Refused: to give the survivor's id to every row. It would rewrite what was posted, and no merge could be told apart
again. Refused too: to let commands that name the merged master act on the survivor in silence. A new document that
names it is refused.

What a merge moved is kept row by row, so undoing it is exact. Both masters, and what every company holds of them, are
compared before it is proposed and again before it is approved (`conflicts`); a difference that the ledgers would not
bear refuses the merge with its rule and both values.
"""

from collections.abc import Mapping
from typing import Any

from domain.core.commands import Handler
from domain.governance.merges.commands import (
    ApproveItemMerge,
    ApprovePartyMerge,
    ProposeItemMerge,
    ProposePartyMerge,
    RejectItemMerge,
    RejectPartyMerge,
    UndoItemMerge,
    UndoPartyMerge,
    approve_item_merges,
    approve_party_merges,
    propose_item_merges,
    propose_party_merges,
    reject_item_merges,
    reject_party_merges,
    undo_item_merges,
    undo_party_merges,
)
from domain.governance.merges.models import ItemMerge, PartyMerge

RECORDS = (PartyMerge, ItemMerge)
COMMANDS: Mapping[type[Any], Handler] = {
    ProposePartyMerge: propose_party_merges,
    ApprovePartyMerge: approve_party_merges,
    RejectPartyMerge: reject_party_merges,
    UndoPartyMerge: undo_party_merges,
    ProposeItemMerge: propose_item_merges,
    ApproveItemMerge: approve_item_merges,
    RejectItemMerge: reject_item_merges,
    UndoItemMerge: undo_item_merges,
}
EVENTS = {
    f"{record.__name__}{verb}": record for record in RECORDS for verb in ("Proposed", "Approved", "Rejected", "Undone")
}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "RECORDS",
    "ApproveItemMerge",
    "ApprovePartyMerge",
    "ItemMerge",
    "PartyMerge",
    "ProposeItemMerge",
    "ProposePartyMerge",
    "RejectItemMerge",
    "RejectPartyMerge",
    "UndoItemMerge",
    "UndoPartyMerge",
]
