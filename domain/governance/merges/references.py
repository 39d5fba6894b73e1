"""What a merge does with each reference to the merged master: what describes a master moves, what happened stays.

Every reference to a party or an item stands in one of the two lists; a test finds the one that does not.
"""

from collections.abc import Mapping
from typing import Final

# table.column of what moves to the survivor, in this order.
MOVED: Final[Mapping[str, tuple[str, ...]]] = {
    "party": (
        "party.merged_into_id", "party.employer_id", "party_role.party_id", "party_identifier.party_id",
        "address.party_id", "party_contact.party_id", "party_contact.person_id", "party_channel.party_id",
        "licence.party_id", "bank_account.party_id", "item.manufacturer_id", "party_terms.party_id",
        "supplier_item.supplier_id", "approved_supplier.supplier_id", "customer_terms.customer_id",
        "price_list.customer_id", "location.customer_id",
    ),
    "item": (
        "item.merged_into_id", "item_unit_conversion.item_id", "item_revision.item_id", "kit_component.kit_id",
        "kit_component.component_id", "device_identifier.item_id", "device_profile.item_id", "code_assignment.item_id",
        "product_registration.item_id", "item_planning.item_id", "item_price.item_id", "supplier_item.item_id",
        "approved_supplier.item_id", "receiving_rule.item_id", "price_list_line.item_id", "price_cap.item_id",
        "bill_of_material_line.component_id",
    ),
}  # fmt: skip

# What names the master that it named: documents, postings, and what is summed or kept about them.
KEPT: Final[Mapping[str, frozenset[str]]] = {
    "party": frozenset({
        "party_duplicate.earlier_id", "party_duplicate.later_id", "party_merge.survivor_id", "party_merge.merged_id",
        "journal_line.party_id", "customer_invoice.customer_id", "matching.party_id", "open_item.party_id",
        "payment.party_id", "payment_proposal_line.party_id", "dunning_notice.party_id", "lease.party_id",
        "lot.supplier_id", "stock_entry.owner_id", "stock_balance.owner_id", "landed_cost.supplier_id",
        "purchase_order.supplier_id", "purchase_agreement.supplier_id", "supplier_quotation.supplier_id",
        "supplier_invoice.supplier_id", "sales_order.customer_id", "intercompany_trade.party_id",
        "group_member.party_id", "shipment.customer_id", "shipment.carrier_id", "goods_return.customer_id",
        "alert.party_id", "rebate_agreement.party_id",
    }),
    "item": frozenset({
        "item_duplicate.earlier_id", "item_duplicate.later_id", "item_merge.survivor_id", "item_merge.merged_id",
        "item_cost.item_id", "item_valuation.item_id", "journal_line.item_id", "customer_invoice_line.item_id",
        "lot.item_id", "stock_entry.item_id", "stock_balance.item_id", "value_pool.item_id", "value_layer.item_id",
        "stock_transfer_line.item_id", "landed_cost_line.item_id", "stock_revaluation.item_id",
        "stock_reservation.item_id", "stock_turnover.item_id", "value_turnover.item_id", "purchase_order_line.item_id",
        "goods_receipt_line.item_id", "purchase_agreement_line.item_id", "purchase_requisition_line.item_id",
        "request_for_quotation_line.item_id", "supplier_quotation_line.item_id", "supplier_invoice_line.item_id",
        "sales_order_kit.item_id", "sales_order_line.item_id", "intercompany_goods.item_id",
        "stock_profit_line.item_id", "shipment_line.item_id", "shipped_serial.item_id", "goods_return_line.item_id",
        "bill_of_material.item_id", "work_order.item_id", "alert.item_id", "item_change.item_id",
        "rebate_agreement.item_id",
    }),
}  # fmt: skip

# What makes two rows of one master the same where no key of the table says so: the survivor is not to have both.
ALIKE: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("kind", "line_1", "line_2", "city", "postal_code", "country"),
    "party_channel": ("kind", "value"),
}

# What the survivor takes of the other where it has nothing itself.
FILLED: Final[Mapping[str, tuple[str, ...]]] = {
    "party": (
        "name_zh", "legal_name", "legal_name_zh", "credit_code", "country", "employer_id", "payment_terms", "website",
    ),
    "item": ("name_zh", "description", "category_id", "product_line", "grade", "style", "colour"),
}  # fmt: skip
