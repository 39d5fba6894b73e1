"""Work calendars: on which days and at which hours a site or team works.

A week pattern of shifts, and exceptions that win over it: a holiday closes a day, a make-up day (China's adjusted
weekends) opens one. Times are minutes after local midnight, so that a shift over midnight ends above 1,440.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import code_column, column, date_column, enum_column, reference, small_column, text_column
from domain.core.records import GroupRecord, Scope


class DayKind(StrEnum):
    """What an exception makes of a day."""

    HOLIDAY = "HOLIDAY"
    MAKE_UP = "MAKE_UP"


class DayMove(StrEnum):
    """To which working day a day moves that is not worked."""

    NEXT = "NEXT"
    PREVIOUS = "PREVIOUS"


class WorkCalendar(GroupRecord, scope=Scope(), zh="工作日历", key="code", name="name"):
    """Working days and hours in one time zone."""

    __tablename__ = "work_calendar"

    code: Mapped[str] = code_column(doc="Short code of the calendar.", zh="日历代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称")
    time_zone: Mapped[str] = code_column(doc="IANA time zone, such as Asia/Shanghai.", zh="时区", code_list="IANA-TZ")
    country: Mapped[str | None] = code_column(
        doc="Country whose public holidays it follows.", zh="国家", length_max=2, code_list="ISO3166-1"
    )


class WorkCalendarShift(GroupRecord, scope=Scope(), zh="班次"):
    """Working hours of one weekday; a day may have several."""

    __tablename__ = "work_calendar_shift"
    __table_args__ = (
        UniqueConstraint("calendar_id", "weekday", "starts_minute"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_iso"),
        CheckConstraint("starts_minute BETWEEN 0 AND 1439", name="starts_within_day"),
        CheckConstraint("ends_minute > starts_minute AND ends_minute <= starts_minute + 1440", name="ends_after_start"),
    )

    calendar_id: Mapped[UUID] = reference(
        "work_calendar", lines="shifts", lines_order="weekday", doc="The calendar.", zh="工作日历"
    )
    name: Mapped[str] = text_column(doc="Name of the shift, such as Day.", zh="班次名称")
    weekday: Mapped[int] = small_column(doc="Day of the week, Monday is 1 (ISO 8601).", zh="星期")
    starts_minute: Mapped[int] = small_column(
        doc="When it begins, minutes after local midnight.", zh="开始时刻", unit="minute"
    )
    ends_minute: Mapped[int] = small_column(
        doc="When it ends, minutes after local midnight; above 1,440 on the next day.", zh="结束时刻", unit="minute"
    )


class WorkCalendarException(GroupRecord, scope=Scope(), zh="日历例外"):
    """A day that differs from the week pattern."""

    __tablename__ = "work_calendar_exception"
    __table_args__ = (UniqueConstraint("calendar_id", "falls_on"),)

    calendar_id: Mapped[UUID] = reference("work_calendar", many="exceptions", doc="The calendar.", zh="工作日历")
    falls_on: Mapped[date] = date_column(doc="The day.", zh="日期", order=True)
    kind: Mapped[DayKind] = enum_column(DayKind, doc="Closed, or open to make up for another day.", zh="例外类型")
    follows_weekday: Mapped[int | None] = small_column(
        doc="The weekday whose shifts a make-up day follows, Monday is 1; none follows Monday.", zh="参照星期"
    )
    reason: Mapped[str] = text_column(doc="Name of the holiday or reason.", zh="原因")
    is_provisional: Mapped[bool] = column(
        doc="Whether the day follows from a rule and the official list is not out yet.", zh="是否暂定",
        server_default="false",
    )  # fmt: skip
