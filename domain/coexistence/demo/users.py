"""Who signs in to the demonstration, and what each may do where."""

from dataclasses import dataclass

from domain.coexistence.demo.world import ENTITIES, SHANGHAI, SUZHOU, TUTTLINGEN
from domain.core.actors import Audience

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account: its roles as (role, entity code or EVERYWHERE), and the party whose rows a partner sees."""

    name: str
    display_name: str
    roles: tuple[tuple[str, str], ...]
    audience: Audience = Audience.STAFF
    locale: str = "en"
    party: str | None = None


USERS = (
    User(name="admin", display_name="Ada Admin", roles=(("group_admin", EVERYWHERE),)),
    User(name="controller", display_name="Konrad Controller", roles=(("controller", EVERYWHERE),)),
    User(name="buyer", display_name="采购员 Bai Li", roles=(("buyer", SUZHOU.code),), locale="zh"),
    User(name="requester", display_name="申请人 Shen Qing", roles=(("requester", SUZHOU.code),), locale="zh"),
    User(
        name="purchasing", display_name="Petra Einkauf",
        roles=(("buyer", SHANGHAI.code), ("buyer", TUTTLINGEN.code)),
    ),
    User(name="warehouse", display_name="Wang Ku", roles=(("warehouse", EVERYWHERE),), locale="zh"),
    User(name="planner", display_name="Pan Ji", roles=(("planner", SUZHOU.code),), locale="zh"),
    User(name="sales", display_name="Xiao Shou", roles=(("sales", SHANGHAI.code),)),
    User(name="accountant", display_name="Kuai Ji", roles=(("accountant", EVERYWHERE),)),
    User(name="quality", display_name="Qing Zhi", roles=(("quality", EVERYWHERE),)),
    User(name="hr", display_name="Helga Renz", roles=(("hr", EVERYWHERE),)),
    User(name="auditor", display_name="Otto Auditor", roles=(("auditor", EVERYWHERE),)),
    User(
        name="supplier", display_name="供应商 Fang Chen", roles=(("supplier", EVERYWHERE),), audience=Audience.SUPPLIER,
        locale="zh", party="S0001",
    ),
    User(
        name="customer", display_name="Hospital desk", roles=(("customer", EVERYWHERE),), audience=Audience.CUSTOMER,
        party="H0001",
    ),
)  # fmt: skip

# Who orders in which entity; approval and receipt are others' business.
BUYER_OF = {entity.code: "buyer" if entity is SUZHOU else "purchasing" for entity in ENTITIES}
APPROVER, RECEIVER = "controller", "warehouse"
