"""How much a client may ask: tiers as data, and the bucket that each client fills and that leaks.

A tier holds the limits of one document and the size and leak of the bucket. An account or an API key names its tier;
without one the tier of its audience holds. `server.throttle` reads and keeps the buckets.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, text
from sqlalchemy.orm import Mapped

from domain.core.actors import Audience
from domain.core.columns import code_column, column, instant_column, text_column
from domain.core.records import NOBODY, GroupRecord, Scope, SystemRecord

# The tier of those who name none.
BY_AUDIENCE: Mapping[Audience, str] = {
    Audience.ANONYMOUS: "ANONYMOUS",
    Audience.SUPPLIER: "PARTNER",
    Audience.CUSTOMER: "PARTNER",
    Audience.STAFF: "DEFAULT",
}

# Points a second: time is measured in microseconds, and a point must take at least one to leak.
RESTORE_RATE_MAX = 1_000_000


class ClientTier(GroupRecord, scope=Scope(partner=NOBODY), zh="客户端等级", key="code", name="name"):
    """What a kind of client may ask in one document, and how much in a time. Costs are in points: objects answered."""

    __tablename__ = "client_tier"
    __table_args__ = (
        CheckConstraint(
            "least(tokens, depth, aliases, root_fields, mutations, directives, cost, restore_rate, webhooks) > 0",
            name="limits_positive",
        ),
        # An operation that is allowed must fit into the bucket, or it would wait for ever.
        CheckConstraint("bucket >= cost", name="bucket_holds_one_operation"),
        CheckConstraint(f"restore_rate <= {RESTORE_RATE_MAX}", name="restore_rate_measurable"),
    )

    code: Mapped[str] = code_column(doc="Code of the tier.", zh="等级代码")
    name: Mapped[str] = text_column(doc="Name of the tier in English.", zh="英文名称")
    name_zh: Mapped[str] = text_column(doc="Name of the tier in Chinese.", zh="中文名称")
    tokens: Mapped[int] = column(doc="Lexical tokens of a document at most.", zh="词法单元上限")
    depth: Mapped[int] = column(doc="Levels of nested fields at most.", zh="嵌套层数上限")
    aliases: Mapped[int] = column(doc="Aliases of a document at most, fragments expanded.", zh="别名上限")
    root_fields: Mapped[int] = column(doc="Fields at the root of a query at most.", zh="根字段上限")
    mutations: Mapped[int] = column(doc="Mutations of a document at most.", zh="变更上限")
    directives: Mapped[int] = column(doc="Directives of a document at most.", zh="指令上限")
    cost: Mapped[int] = column(doc="Points of one operation at most.", unit="point", zh="单次成本上限")
    bucket: Mapped[int] = column(doc="Points that a client may spend at once.", unit="point", zh="令牌桶容量")
    restore_rate: Mapped[int] = column(
        doc="Points that a client gets back in a second.", unit="point/s", zh="每秒恢复点数"
    )
    webhooks: Mapped[int] = column(
        doc="Webhook subscriptions of an account at most.", zh="网络钩子订阅上限", server_default=text("100")
    )


class ClientBucket(SystemRecord, scope=Scope(partner=NOBODY), zh="客户端配额", exposed=False, retention="1 day"):
    """How full one client's bucket is: the instant at which it will have leaked empty. No row: it is empty."""

    __tablename__ = "client_bucket"

    drained_at: Mapped[datetime] = instant_column(doc="When everything that was poured in has leaked.", zh="清空时间")
    granted: Mapped[int] = column(BigInteger(), doc="Points that the last lease took.", unit="point", zh="最近租用点数")


RECORDS = (ClientTier, ClientBucket)
