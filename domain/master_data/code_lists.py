"""Code lists: closed vocabularies that others own (GMDN, EMDN, ISO).

Each code has its validity, so that old documents show the old text.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import TEXT_LENGTH_MAX, Tier, code_column, column, date_column, reference, text_column
from domain.core.records import ANYONE, GroupRecord, Scope


class CodeList(GroupRecord, scope=Scope(partner=ANYONE), zh="代码表", key="code", name="name"):
    """A vocabulary of codes and who owns it."""

    __tablename__ = "code_list"

    code: Mapped[str] = code_column(doc="Short code of the list, such as GMDN.", zh="代码表代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    owner: Mapped[str | None] = text_column(doc="The body that maintains the list.", zh="维护机构", tier=Tier.PUBLIC)
    edition: Mapped[str | None] = text_column(doc="Edition or release date of the list.", zh="版本", tier=Tier.PUBLIC)


class CodeValue(
    GroupRecord, scope=Scope(partner=ANYONE), zh="代码值", name="name", search=("code", "name", "name_zh")
):
    """One code of a list, with the text it had during a time."""

    __tablename__ = "code_value"
    __table_args__ = (
        UniqueConstraint("list_id", "code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    list_id: Mapped[UUID] = reference("code_list", many="values", doc="The list.", zh="代码表")
    code: Mapped[str] = code_column(doc="The code.", zh="代码", order=True)
    name: Mapped[str] = text_column(doc="Text of the code.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Text in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    definition: Mapped[str | None] = text_column(
        doc="What the code covers.", zh="定义", tier=Tier.PUBLIC, length_max=TEXT_LENGTH_MAX
    )
    parent_id: Mapped[UUID | None] = reference(
        "code_value", many="children", doc="The broader code, in lists that are trees.", zh="上级代码"
    )
    device_class: Mapped[str | None] = code_column(
        doc="Risk class that the list assigns, such as 2 for an FDA product code.", zh="风险类别", length_max=16
    )
    is_active: Mapped[bool] = column(
        doc="Whether the owner still allows the code.", zh="是否有效", tier=Tier.PUBLIC, server_default="true"
    )
    valid_from: Mapped[date] = date_column(doc="First day of this text.", zh="生效日期", tier=Tier.PUBLIC)
    valid_to: Mapped[date | None] = date_column(doc="Last day of this text.", zh="失效日期", tier=Tier.PUBLIC)


class CodeMapping(GroupRecord, scope=Scope(partner=ANYONE), zh="代码对照"):
    """A code of one list that corresponds to a code of another, such as GMDN to EMDN."""

    __tablename__ = "code_mapping"
    __table_args__ = (UniqueConstraint("from_value_id", "to_value_id"),)

    from_value_id: Mapped[UUID] = reference("code_value", many="mappings", doc="The code.", zh="源代码")
    to_value_id: Mapped[UUID] = reference("code_value", many="mapped_from", doc="Its counterpart.", zh="目标代码")
    evidence: Mapped[str] = text_column(doc="Who says so, and on what ground.", zh="依据", tier=Tier.PUBLIC)
