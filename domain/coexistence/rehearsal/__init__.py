"""Rehearsals: the purchases that a legacy system left behind, performed again as live business in a second company.

An import keeps documents as they were: they post nothing. Whether the books of this system would have come to the same
is found out by doing it. Each historical order of a company is created, approved, received and invoiced by the
commands that people use, by four actors that no duty keeps apart, on the days that the documents name; then the stock
is made to be what the legacy system held, and what its documents do not explain posts to migration differences.

What the source does not say is decided here, once, and told in the report:
 - Goods that came were ordered: an order is approved whatever state the source left it in. One that was not received
   in full stays open. Suppliers that are no longer active were then.
 - Goods came on the day on which the line was due. All of an item came to the first place that the source holds it in
   and went on from there.
 - The order's totals imply one invoice, over what was ordered, on the day of the last goods, its freight on an account
   of its own, its tax deducted. What it charges for goods that were rejected or never came stays in GR/IR, its payment
   blocked.
 - Items are worth the standard cost in force now: it is the one that the source values its stock at.

A chunk of orders is one transaction, from the order to the posted invoice, so a rehearsal that was killed goes on where
it stopped and one that is run again does nothing. What stands at the end is asked whether it ties out; what does not is
a finding, and the run is refused.
"""

from domain.coexistence.rehearsal.running import rehearse_purchases, second_company

__all__ = ["rehearse_purchases", "second_company"]
