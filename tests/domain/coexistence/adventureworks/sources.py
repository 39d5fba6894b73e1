"""A small source in the shape of AdventureWorks, made by hand: every table that is read, few rows, all quirks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

GUID = "{9AADCB0D-36CF-483F-84D8-585C2D4EC6E9}"
NOW = "2014-02-08 10:17:21.587000000"
DAY = "2013-05-30 00:00:00"
LATIN_1 = {"Address"}
LINE_FEED = {"BusinessEntity", "Store"}

Rows = Sequence[Sequence[str]]

COLUMNS: Mapping[str, Sequence[str]] = {
    "Address": (
        "AddressID", "AddressLine1", "AddressLine2", "City", "StateProvinceID", "PostalCode", "SpatialLocation",
        "rowguid", "ModifiedDate",
    ),
    "AddressType": ("AddressTypeID", "Name", "rowguid", "ModifiedDate"),
    "BillOfMaterials": (
        "BillOfMaterialsID", "ProductAssemblyID", "ComponentID", "StartDate", "EndDate", "UnitMeasureCode",
        "BOMLevel", "PerAssemblyQty", "ModifiedDate",
    ),
    "BusinessEntity": ("BusinessEntityID", "rowguid", "ModifiedDate"),
    "BusinessEntityAddress": ("BusinessEntityID", "AddressID", "AddressTypeID", "rowguid", "ModifiedDate"),
    "BusinessEntityContact": ("BusinessEntityID", "PersonID", "ContactTypeID", "rowguid", "ModifiedDate"),
    "ContactType": ("ContactTypeID", "Name", "ModifiedDate"),
    "Culture": ("CultureID", "Name", "ModifiedDate"),
    "Currency": ("CurrencyCode", "Name", "ModifiedDate"),
    "CurrencyRate": (
        "CurrencyRateID", "CurrencyRateDate", "FromCurrencyCode", "ToCurrencyCode", "AverageRate", "EndOfDayRate",
        "ModifiedDate",
    ),
    "Customer": ("CustomerID", "PersonID", "StoreID", "TerritoryID", "AccountNumber", "rowguid", "ModifiedDate"),
    "Department": ("DepartmentID", "Name", "GroupName", "ModifiedDate"),
    "EmailAddress": ("BusinessEntityID", "EmailAddressID", "EmailAddress", "rowguid", "ModifiedDate"),
    "Employee": (
        "BusinessEntityID", "NationalIDNumber", "LoginID", "Org", "OrganizationLevel", "JobTitle", "BirthDate",
        "MaritalStatus", "Gender", "HireDate", "SalariedFlag", "VacationHours", "SickLeaveHours", "CurrentFlag",
        "rowguid", "ModifiedDate",
    ),
    "EmployeeDepartmentHistory": (
        "BusinessEntityID", "DepartmentID", "ShiftID", "StartDate", "EndDate", "ModifiedDate",
    ),
    "EmployeePayHistory": ("BusinessEntityID", "RateChangeDate", "Rate", "PayFrequency", "ModifiedDate"),
    "Location": ("LocationID", "Name", "CostRate", "Availability", "ModifiedDate"),
    "PersonPhone": ("BusinessEntityID", "PhoneNumber", "PhoneNumberTypeID", "ModifiedDate"),
    "PhoneNumberType": ("PhoneNumberTypeID", "Name", "ModifiedDate"),
    "Product": (
        "ProductID", "Name", "ProductNumber", "MakeFlag", "FinishedGoodsFlag", "Color", "SafetyStockLevel",
        "ReorderPoint", "StandardCost", "ListPrice", "Size", "SizeUnitMeasureCode", "WeightUnitMeasureCode",
        "Weight", "DaysToManufacture", "ProductLine", "Class", "Style", "ProductSubcategoryID", "ProductModelID",
        "SellStartDate", "SellEndDate", "DiscontinuedDate", "rowguid", "ModifiedDate",
    ),
    "ProductCategory": ("ProductCategoryID", "Name", "rowguid", "ModifiedDate"),
    "ProductCostHistory": ("ProductID", "StartDate", "EndDate", "StandardCost", "ModifiedDate"),
    "ProductDescription": ("ProductDescriptionID", "Description", "rowguid", "ModifiedDate"),
    "ProductInventory": ("ProductID", "LocationID", "Shelf", "Bin", "Quantity", "rowguid", "ModifiedDate"),
    "ProductListPriceHistory": ("ProductID", "StartDate", "EndDate", "ListPrice", "ModifiedDate"),
    "ProductModel": ("ProductModelID", "Name", "CatalogDescription", "Instructions", "rowguid", "ModifiedDate"),
    "ProductModelProductDescriptionCulture": (
        "ProductModelID", "ProductDescriptionID", "CultureID", "ModifiedDate",
    ),
    "ProductSubcategory": ("ProductSubcategoryID", "ProductCategoryID", "Name", "rowguid", "ModifiedDate"),
    "ProductVendor": (
        "ProductID", "BusinessEntityID", "AverageLeadTime", "StandardPrice", "LastReceiptCost", "LastReceiptDate",
        "MinOrderQty", "MaxOrderQty", "OnOrderQty", "UnitMeasureCode", "ModifiedDate",
    ),
    "PurchaseOrderDetail": (
        "PurchaseOrderID", "PurchaseOrderDetailID", "DueDate", "OrderQty", "ProductID", "UnitPrice", "LineTotal",
        "ReceivedQty", "RejectedQty", "StockedQty", "ModifiedDate",
    ),
    "PurchaseOrderHeader": (
        "PurchaseOrderID", "RevisionNumber", "Status", "EmployeeID", "VendorID", "ShipMethodID", "OrderDate",
        "ShipDate", "SubTotal", "TaxAmt", "Freight", "TotalDue", "ModifiedDate",
    ),
    "SalesReason": ("SalesReasonID", "Name", "ReasonType", "ModifiedDate"),
    "ScrapReason": ("ScrapReasonID", "Name", "ModifiedDate"),
    "Shift": ("ShiftID", "Name", "StartTime", "EndTime", "ModifiedDate"),
    "StateProvince": (
        "StateProvinceID", "StateProvinceCode", "CountryRegionCode", "IsOnlyStateProvinceFlag", "Name", "TerritoryID",
        "rowguid", "ModifiedDate",
    ),
    "Store": ("BusinessEntityID", "Name", "SalesPersonID", "Demographics", "rowguid", "ModifiedDate"),
    "UnitMeasure": ("UnitMeasureCode", "Name", "ModifiedDate"),
    "Vendor": (
        "BusinessEntityID", "AccountNumber", "Name", "CreditRating", "PreferredVendorStatus", "ActiveFlag",
        "PurchasingWebServiceURL", "ModifiedDate",
    ),
    "WorkOrder": (
        "WorkOrderID", "ProductID", "OrderQty", "StockedQty", "ScrappedQty", "StartDate", "EndDate", "DueDate",
        "ScrapReasonID", "ModifiedDate",
    ),
    "WorkOrderRouting": (
        "WorkOrderID", "ProductID", "OperationSequence", "LocationID", "ScheduledStartDate", "ScheduledEndDate",
        "ActualStartDate", "ActualEndDate", "ActualResourceHrs", "PlannedCost", "ActualCost", "ModifiedDate",
    ),
}  # fmt: skip

# Employee 1 buys from vendor 20; store 30 buys through person 31; person 32 buys for itself; person 33 plays no role.
# Product 700 is made of two 701; 701 is bought, has no cost history, and is scrapped once.
ROWS: Mapping[str, Rows] = {
    "Address": (
        ("1", "Rue de l'Élysée 5", "", "Orléans", "9", "45000", "E610", GUID, "2007-12-04 00:00:00"),
        ("2", "1 Home Street", "Flat 2", "Bothell", "79", "98011", "E610", GUID, "2007-12-04 00:00:00"),
        ("3", "3 Shop Road", "", "Bothell", "79", "98011", "E610", GUID, "2007-12-04 00:00:00"),
    ),
    "AddressType": (("2", "Home", GUID, DAY), ("3", "Main Office", GUID, DAY)),
    "BillOfMaterials": (
        ("893", "", "700", DAY, "", "EA ", "0", "1.00", DAY),
        ("271", "700", "701", DAY, "", "EA ", "1", "2.00", DAY),
        ("272", "700", "701", "2011-01-01 00:00:00", "2013-05-29 00:00:00", "EA ", "1", "3.00", DAY),
    ),
    "BusinessEntity": tuple((key, GUID.strip("{}"), NOW) for key in ("1", "20", "30", "31", "32", "33")),
    "BusinessEntityAddress": (("20", "1", "3", GUID, NOW), ("1", "2", "2", GUID, NOW), ("30", "3", "3", GUID, NOW)),
    "BusinessEntityContact": (("30", "31", "11", GUID, NOW),),
    "ContactType": (("11", "Owner", DAY),),
    "Culture": (("en    ", "English", DAY),),
    "Currency": (("USD", "US Dollar", DAY), ("JPY", "Yen", DAY)),
    "CurrencyRate": (("1", "2011-05-31 00:00:00", "USD", "JPY", "99.1234", "99.5", DAY),),
    "Customer": (
        ("5", "", "30", "1", "AW00000005", GUID, NOW),
        ("6", "31", "30", "1", "AW00000006", GUID, NOW),
        ("7", "32", "", "1", "AW00000007", GUID, NOW),
    ),
    "Department": (("16", "Executive", "Administration", DAY),),
    "EmailAddress": (
        ("1", "1", "ken0@example.com", GUID, NOW),
        ("31", "2", "jo@example.com", GUID, NOW),
    ),
    "Employee": (
        (
            "1", "295847284", "example\\ken0", "", "0", "Chief Executive Officer", "1969-01-29", "S", "M",
            "2009-01-14", "1", "99", "69", "1", GUID, NOW,
        ),
    ),
    "EmployeeDepartmentHistory": (("1", "16", "1", "2009-01-14", "", "2009-01-13 00:00:00"),),
    "EmployeePayHistory": (("1", "2009-01-14 00:00:00", "125.5", "2", DAY),),
    "Location": (("1", "Tool Crib", "0", ".00", DAY), ("10", "Frame Forming", "22.5", "96.00", DAY)),
    "PersonPhone": (("1", "697-555-0142", "1", NOW), ("32", "819-555-0175", "3", NOW)),
    "PhoneNumberType": (("1", "Cell", NOW), ("3", "Work", NOW)),
    "Product": (
        (
            "700", "Frame", "FR-700", "1", "1", "Red", "10", "5", "40.5", "99.99", "52", "CM ", "LB ", "2.30", "2",
            "R ", "H ", "U ", "3", "8", "2013-05-30 00:00:00", "", "", GUID, NOW,
        ),
        (
            "701", "Bolt", "BO-701", "0", "0", "", "1000", "750", "1.25", "0", "", "", "", "", "0", "", "", "", "",
            "", "2008-04-30 00:00:00", "", "", GUID, NOW,
        ),
    ),
    "ProductCategory": (("3", "Components", GUID, DAY),),
    "ProductCostHistory": (
        ("700", "2012-05-30 00:00:00", "2013-05-29 00:00:00", "38", DAY),
        ("700", "2013-05-30 00:00:00", "", "40.5", DAY),
    ),
    "ProductDescription": (("12", 'Light "frame"\nfor racing', GUID, DAY),),
    "ProductInventory": (
        ("700", "1", "A", "1", "7", GUID, "2014-08-08 00:00:00"),
        ("701", "1", "N/A", "0", "100", GUID, "2014-08-12 13:30:01.500000000"),
        ("701", "10", "B", "5", "0", GUID, "2014-08-08 00:00:00"),
    ),
    "ProductListPriceHistory": (("700", "2013-05-30 00:00:00", "", "99.99", DAY),),
    "ProductModel": (("8", "Racer", "<?xml version=\"1.0\"?>\n<a>1</a>", "", GUID, DAY),),
    "ProductModelProductDescriptionCulture": (("8", "12", "en    ", DAY),),
    "ProductSubcategory": (("3", "3", "Frames", GUID, DAY),),
    "ProductVendor": (("701", "20", "17", "1.1", "1.15", "2011-08-29 00:00:00", "1", "500", "", "CTN", DAY),),
    "PurchaseOrderDetail": (
        ("4", "9", "2014-06-30 00:00:00", "4", "701", "50.26", "201.04", "3.00", "1.00", "2.00", DAY),
        ("4", "10", "2014-06-30 00:00:00", "2", "700", ".5", "1", ".00", ".00", ".00", DAY),
    ),
    "PurchaseOrderHeader": (
        (
            "4", "2", "1", "1", "20", "3", "2014-06-01 00:00:00", "2014-06-10 00:00:00", "202.04", "16.1632", "5.051",
            "223.2542", DAY,
        ),
    ),
    "SalesReason": (("1", "Price", "Other", DAY),),
    "ScrapReason": (("4", "Drill pattern incorrect", DAY),),
    "Shift": (("1", "Day", "07:00:00.0000000", "15:00:00.0000000", DAY),),
    "StateProvince": (
        ("9", "45 ", "FR", "0", "Loiret", "7", GUID, NOW),
        ("79", "WA ", "US", "0", "Washington", "1", GUID, NOW),
    ),
    "Store": (("30", "Next-Door Bike Store", "279", '<Survey>\n <A x="1"/>\n</Survey>', GUID, NOW),),
    "UnitMeasure": (
        ("EA ", "Each", DAY), ("CM ", "Centimeter", DAY), ("LB ", "US pound", DAY), ("CTN", "Container", DAY),
    ),
    "Vendor": (("20", "BOLTS0001", "Bolts & Co", "1", "1", "1", "", DAY),),
    "WorkOrder": (
        ("13", "700", "8", "7", "1", "2011-06-03 00:00:00", "2011-06-13 00:00:00", "2011-06-14 00:00:00", "4", DAY),
    ),
    "WorkOrderRouting": (
        (
            "13", "700", "1", "10", "2011-06-03 00:00:00", "2011-06-14 00:00:00", "2011-06-03 00:00:00",
            "2011-06-19 00:00:00", "4.1000", "92.25", "92.25", DAY,
        ),
    ),
}  # fmt: skip


def write_source(directory: Path, **changed: Rows) -> Path:
    """The small source, with the rows of some tables replaced."""
    directory.mkdir(exist_ok=True)
    (directory / "columns.json").write_text(json.dumps(COLUMNS), "utf-8")
    for table, rows in {**ROWS, **changed}.items():
        end = "\n" if table in LINE_FEED else "\r\n"
        text = "".join("\t".join(quoted(cell) for cell in row) + end for row in rows)
        (directory / f"{table}.csv").write_bytes(text.encode("latin-1" if table in LATIN_1 else "utf-8"))
    return directory


def quoted(cell: str) -> str:
    """The cell as the source writes it: in quotes only where it must be."""
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in '"\n') else cell


def replaced(table: str, place: int, column: str, value: str) -> Rows:
    """The rows of a table with one cell changed; `place` counts from 0."""
    at = COLUMNS[table].index(column)
    return tuple(
        (*row[:at], value, *row[at + 1 :]) if number == place else row for number, row in enumerate(ROWS[table])
    )
