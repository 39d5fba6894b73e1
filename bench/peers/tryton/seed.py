"""The base company of the works in Tryton: chart, fiscal year, 20 % tax, 500 parties, 1,000 products, 10 bins.

`python seed.py DATABASE CONFIGURATION`, in Tryton's own environment.
"""

import datetime as dt
import sys
from decimal import Decimal

from proteus import Model
from proteus import config as proteus_config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.account_stock_continental.tests.tools import add_stock_accounts
from trytond.modules.company.tests.tools import create_company
from trytond.transaction import Transaction

TODAY = dt.date.today()
PARTIES, PRODUCTS, BINS, BATCH = 500, 1_000, 10, 250

configuration = proteus_config.set_trytond(sys.argv[1], config_file=sys.argv[2])
create_company()
create_chart()
User, Employee, Party = Model.get("res.user"), Model.get("company.employee"), Model.get("party.party")
party = Party(name="Employee")
party.save()
employee = Employee(party=party)
employee.save()
user = User(configuration.user)
user.employees.append(employee)
user.employee = employee
user.save()
configuration._context = User.get_preferences(True, {})

span = dt.date(TODAY.year, 1, 1), dt.date(TODAY.year, 12, 31)
year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=span))
year.account_stock_method = "continental"
year.click("create_period")
accounts = add_stock_accounts(get_accounts())
stock_in = accounts["stock_expense"]
[stock_out] = stock_in.duplicate()
tax = create_tax(Decimal(".20"))
tax.save()
category = Model.get("product.category")(name="Goods")
category.accounting = True
category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
category.account_stock = accounts["stock"]
category.account_stock_in, category.account_stock_out = stock_in, stock_out
category.customer_taxes.append(tax)
category.supplier_taxes.append(Model.get("account.tax")(tax.id))
category.save()
term = create_payment_term()
term.save()
Location = Model.get("stock.location")
[storage] = Location.find([("code", "=", "STO")])
for place in range(BINS):
    Location(name=f"BIN{place:02}", code=f"B{place:02}", type="storage", parent=storage).save()

pool = configuration.pool
with Transaction().start(sys.argv[1], configuration.user, context=configuration.context) as transaction:
    pool.get("party.party").create([
        {"name": f"Party {n:04}", "code": f"P{n:04}", "customer_payment_term": term.id,
         "supplier_payment_term": term.id, "addresses": [("create", [{"street": f"Street {n}", "city": "City"}])]}
        for n in range(PARTIES)
    ])  # fmt: skip
    [unit] = pool.get("product.uom").search([("name", "=", "Unit")])
    for start in range(0, PRODUCTS, BATCH):
        pool.get("product.template").create([
            {"name": f"Product {n:04}", "code": f"PR{n:04}", "type": "goods", "default_uom": unit.id,
             "list_price": Decimal(10 + n % 90), "cost_price_method": "fixed", "account_category": category.id,
             "salable": True, "sale_uom": unit.id, "purchasable": True, "purchase_uom": unit.id,
             "products": [("create", [{"suffix_code": None, "cost_price": Decimal(5 + n % 40)}])]}
            for n in range(start, start + BATCH)
        ])  # fmt: skip
    transaction.commit()
