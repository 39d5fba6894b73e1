"""Who may sign in, which roles they hold where, and the policy that gives roles their meaning.

The tables are the truth about permission; `authz/policy.csv` is only what they start from. Whatever changes an answer
to "may this actor" (an assignment, a rule, a revocation, an account) raises the one row of `policy_version` in its own
transaction: every process compares that number with what it compiled, so a revocation is seen by the next read.

Names of users are open to all staff, since documents show who did what; what a user may is not.

Rows are never deleted: a rule that no longer holds is archived, an assignment ends, so that "who could, and when" stays
answerable.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped

from domain.core.actors import Audience
from domain.core.columns import (
    Tier,
    code_column,
    column,
    enum_column,
    instant_column,
    reference,
    small_column,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.records import NOBODY, GroupRecord, Scope

STAFF_ONLY = Scope(partner=NOBODY)
EMAIL_LENGTH_MAX = 320

# The id of the one row of `policy_version`.
POLICY_VERSION_ID = UUID("00000000-0000-7000-8000-000000000001")


class Origin(StrEnum):
    """Where a row of the policy comes from."""

    BASELINE = "BASELINE"
    LOCAL = "LOCAL"


class Effect(StrEnum):
    """What a policy rule does."""

    ALLOW = "ALLOW"
    DENY = "DENY"


class UserAccount(GroupRecord, scope=STAFF_ONLY, zh="用户账号", key="name", name="display_name"):
    """Someone or something that signs in: a member of staff, a partner's contact, a program."""

    __tablename__ = "user_account"

    name: Mapped[str] = code_column(doc="Name to sign in with.", zh="用户名", tier=Tier.INTERNAL)
    display_name: Mapped[str] = text_column(doc="Name as people read it.", zh="显示名称")
    email: Mapped[str | None] = text_column(
        doc="Address for messages.", zh="电子邮箱", tier=Tier.PERSONAL, length_max=EMAIL_LENGTH_MAX
    )
    audience: Mapped[Audience] = enum_column(Audience, doc="Kind of reader, which fixes the visible schema.", zh="受众")
    locale: Mapped[str] = code_column(doc="Language of messages, BCP 47.", zh="语言", tier=Tier.INTERNAL)
    client_tier_id: Mapped[UUID | None] = reference(
        "client_tier", doc="How much its programs may ask; that of its audience unless named.", zh="客户端等级",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    is_active: Mapped[bool] = column(doc="Whether the account may sign in.", zh="启用", server_default=text("true"))
    is_demo: Mapped[bool] = column(
        doc="Whether the account is part of the demo; it works on the loopback address only.",
        zh="演示账号", server_default=text("false"),
    )  # fmt: skip
    password_set_at: Mapped[datetime | None] = instant_column(
        doc="When its password was set; empty while it has none.", zh="密码设置时间", tier=Tier.CONFIDENTIAL
    )


class UserPassword(GroupRecord, scope=STAFF_ONLY, zh="用户密码", exposed=False):
    """The password of an account as its Argon2 hash: apart from the account, so that no audit entry ever holds it."""

    __tablename__ = "user_password"
    __table_args__ = (Index("uq_user_password_user_id", "user_id", unique=True),)

    user_id: Mapped[UUID] = reference("user_account", doc="Whose password.", zh="用户")
    hash: Mapped[str] = text_column(doc="Argon2id hash in PHC form.", zh="哈希", exposed=False)


class UserIdentity(GroupRecord, scope=STAFF_ONLY, zh="关联身份"):
    """Whom a subject of another issuer stands for: its tokens act as the user while the link is not archived."""

    __tablename__ = "user_identity"
    __table_args__ = (
        Index("uq_user_identity_live", "issuer", "subject", unique=True, postgresql_where=text("archived_at IS NULL")),
    )

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Whom the subject stands for.", zh="用户", many="identities", tier=Tier.CONFIDENTIAL
    )
    issuer: Mapped[str] = text_column(
        doc="The issuer, exactly as its tokens name it.", zh="签发方", tier=Tier.CONFIDENTIAL
    )
    subject: Mapped[str] = text_column(
        doc="The subject, exactly as the issuer's tokens name it.", zh="主体", tier=Tier.CONFIDENTIAL
    )


class RoleAssignment(GroupRecord, scope=STAFF_ONLY, zh="角色分配"):
    """A role that a user holds in one company, or in the group and every company, for a time."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        CheckConstraint("valid_to_at IS NULL OR valid_to_at >= valid_from_at", name="valid_to_after_from"),
        Index(
            "uq_role_assignment_open", "user_id", "role", "company_number",
            unique=True, postgresql_where=text("valid_to_at IS NULL"),
        ),
    )  # fmt: skip

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who holds the role.", zh="用户", many="role_assignments", tier=Tier.CONFIDENTIAL
    )
    role: Mapped[str] = code_column(doc="The role, as the policy names it.", zh="角色", tier=Tier.CONFIDENTIAL)
    company_number: Mapped[int] = small_column(
        doc="Company where it is held; 0: the group and every company.", zh="公司编号", tier=Tier.CONFIDENTIAL
    )
    valid_from_at: Mapped[datetime] = instant_column(
        doc="From when the role is held.", zh="生效时间", tier=Tier.CONFIDENTIAL
    )
    valid_to_at: Mapped[datetime | None] = instant_column(
        doc="When it ends; empty while it has no end.", zh="失效时间", tier=Tier.CONFIDENTIAL
    )


class PartnerLink(GroupRecord, scope=STAFF_ONLY, zh="合作伙伴关联"):
    """A business partner whose rows a partner's user may see, with those of every party that is one with it by now."""

    __tablename__ = "partner_link"
    __table_args__ = (Index("uq_partner_link_user_id_party_id", "user_id", "party_id", unique=True),)

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who acts for the partner.", zh="用户", many="partner_links", tier=Tier.CONFIDENTIAL
    )
    party_id: Mapped[UUID] = uuid_column(
        doc="The party whose rows the user sees.", zh="业务伙伴标识", tier=Tier.CONFIDENTIAL
    )


class SiteRestriction(GroupRecord, scope=STAFF_ONLY, zh="站点限制"):
    """A site that a member of staff is restricted to; without any, every site is open."""

    __tablename__ = "site_restriction"
    __table_args__ = (Index("uq_site_restriction_user_id_site_id", "user_id", "site_id", unique=True),)

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who is restricted.", zh="用户", many="site_restrictions", tier=Tier.CONFIDENTIAL
    )
    site_id: Mapped[UUID] = uuid_column(doc="The site whose rows the user sees.", zh="站点标识", tier=Tier.CONFIDENTIAL)


class ApiKey(GroupRecord, scope=STAFF_ONLY, zh="接口密钥", key="prefix"):
    """A key with which a program acts as its user. Only its SHA-256 is kept: the key has 256 random bits."""

    __tablename__ = "api_key"

    user_id: Mapped[UUID] = reference(
        "user_account", doc="As whom the program acts.", zh="用户", many="api_keys", tier=Tier.CONFIDENTIAL
    )
    prefix: Mapped[str] = code_column(
        doc="Open part of the key, by which it is found.", zh="前缀", tier=Tier.CONFIDENTIAL
    )
    label: Mapped[str] = text_column(doc="What the key is for.", zh="用途", tier=Tier.CONFIDENTIAL)
    client: Mapped[str] = code_column(
        doc="The application that uses it: its registered documents and idempotency keys.", zh="应用",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    digest: Mapped[bytes] = column(LargeBinary(), doc="SHA-256 of the whole key.", zh="摘要", exposed=False)
    scopes: Mapped[list[str]] = texts_column(
        doc="Roles the key may use of those its user holds; empty means all of them.", zh="范围", tier=Tier.CONFIDENTIAL
    )
    client_tier_id: Mapped[UUID | None] = reference(
        "client_tier", doc="How much it may ask; a key that names a tier has a bucket of its own.", zh="客户端等级",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    expires_at: Mapped[datetime | None] = instant_column(
        doc="When the key ends.", zh="到期时间", tier=Tier.CONFIDENTIAL
    )
    last_used_at: Mapped[datetime | None] = instant_column(
        doc="When it was last used, to the minute.", zh="最近使用时间", tier=Tier.CONFIDENTIAL
    )
    revoked_at: Mapped[datetime | None] = instant_column(
        doc="When it was revoked.", zh="吊销时间", tier=Tier.CONFIDENTIAL
    )
    rotated_from_id: Mapped[UUID | None] = reference(
        "api_key", doc="The key that it takes the place of.", zh="轮换自", tier=Tier.CONFIDENTIAL
    )


class TokenRevocation(GroupRecord, scope=STAFF_ONLY, zh="令牌吊销", append_only=True):
    """A bearer token that no longer counts, or every token that a user was issued until then."""

    __tablename__ = "token_revocation"

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Whose tokens.", zh="用户", many="token_revocations", tier=Tier.CONFIDENTIAL
    )
    token_id: Mapped[UUID | None] = uuid_column(
        doc="The token; empty: all issued to the user until then.", zh="令牌标识", tier=Tier.CONFIDENTIAL
    )
    revoked_at: Mapped[datetime] = instant_column(
        doc="From when it no longer counts.", zh="吊销时间", tier=Tier.CONFIDENTIAL
    )


class SigningKey(GroupRecord, scope=STAFF_ONLY, zh="签名密钥", append_only=True):
    """A generation of the key that signs our own bearer tokens, from the second on; the first needs no row.

    No key stands here: each follows from the installation's secret and its generation, so that the tables alone sign
    nothing.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        Index("uq_signing_key_generation", "generation", unique=True),
        CheckConstraint("generation > 1", name="generation_behind_first"),
        CheckConstraint("previous_until_at >= signs_from_at", name="overlap_not_negative"),
    )

    generation: Mapped[int] = small_column(doc="Counts the keys.", zh="代次", tier=Tier.CONFIDENTIAL)
    signs_from_at: Mapped[datetime] = instant_column(
        doc="From when it signs; it is published before, so that everyone knows it by then.", zh="启用时间",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    previous_until_at: Mapped[datetime] = instant_column(
        doc="Until when tokens of the generations before are taken, at the latest.", zh="旧密钥有效期至",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


class SignIn(GroupRecord, scope=STAFF_ONLY, zh="登录", append_only=True):
    """A password was given and accepted. The tokens that go back to it end together when its id is revoked."""

    __tablename__ = "sign_in"

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who signed in.", zh="用户", many="sign_ins", tier=Tier.CONFIDENTIAL
    )
    client: Mapped[str] = code_column(doc="The application that signed in.", zh="应用", tier=Tier.CONFIDENTIAL)
    address: Mapped[str | None] = code_column(doc="Network address it came from.", zh="网络地址", tier=Tier.PERSONAL)
    expires_at: Mapped[datetime] = instant_column(
        doc="Until when its tokens can be renewed.", zh="到期时间", tier=Tier.CONFIDENTIAL
    )


class GuardKind(StrEnum):
    """What failed attempts to sign in are counted for."""

    ACCOUNT = "ACCOUNT"
    ADDRESS = "ADDRESS"


class SignInGuard(GroupRecord, scope=STAFF_ONLY, zh="登录防护"):
    """Failed attempts to sign in under one name, whether or not there is such an account, or from one address."""

    __tablename__ = "sign_in_guard"
    __table_args__ = (Index("uq_sign_in_guard_kind_subject", "kind", "subject", unique=True),)

    kind: Mapped[GuardKind] = enum_column(
        GuardKind, doc="Whether a name or an address is counted.", zh="类别", tier=Tier.CONFIDENTIAL
    )
    subject: Mapped[str] = code_column(doc="The name that was tried, or the address.", zh="对象", tier=Tier.PERSONAL)
    failures: Mapped[int] = small_column(
        doc="Failures in a row, each within the window of the one before.", zh="失败次数", tier=Tier.CONFIDENTIAL,
        server_default=text("0"),
    )  # fmt: skip
    failed_at: Mapped[datetime | None] = instant_column(
        doc="When the last one was.", zh="最近失败时间", tier=Tier.CONFIDENTIAL
    )
    locked_until_at: Mapped[datetime | None] = instant_column(
        doc="Until when no attempt is looked at.", zh="锁定至", tier=Tier.CONFIDENTIAL
    )


class PolicyRule(GroupRecord, scope=STAFF_ONLY, zh="权限规则"):
    """One line of the policy: what a role is granted or denied. See `authz/policy.csv` for how lines read."""

    __tablename__ = "policy_rule"
    __table_args__ = (
        Index(
            "uq_policy_rule_live", "role", "target", "tier", "action", "effect",
            unique=True, postgresql_where=text("archived_at IS NULL"),
        ),
    )  # fmt: skip

    role: Mapped[str] = code_column(doc="The role or audience.", zh="角色", tier=Tier.CONFIDENTIAL)
    target: Mapped[str] = code_column(
        doc="A module, a field (Type.field) or a command.", zh="对象", tier=Tier.CONFIDENTIAL, length_max=200
    )
    tier: Mapped[str] = code_column(doc="The tier read up to, or *.", zh="保密级别", tier=Tier.CONFIDENTIAL)
    action: Mapped[str] = code_column(doc="READ, an action, or *.", zh="操作", tier=Tier.CONFIDENTIAL)
    effect: Mapped[Effect] = enum_column(
        Effect, doc="Whether the rule grants or denies.", zh="效果", tier=Tier.CONFIDENTIAL
    )
    origin: Mapped[Origin] = enum_column(
        Origin, doc="Whether it was shipped or made here.", zh="来源", tier=Tier.CONFIDENTIAL
    )


class RoleParent(GroupRecord, scope=STAFF_ONLY, zh="角色继承"):
    """One step of the role graph: the role may what its parent may; every role ends at one audience."""

    __tablename__ = "role_parent"
    __table_args__ = (
        Index("uq_role_parent_live", "role", "parent", unique=True, postgresql_where=text("archived_at IS NULL")),
    )

    role: Mapped[str] = code_column(doc="The role.", zh="角色", tier=Tier.CONFIDENTIAL)
    parent: Mapped[str] = code_column(doc="The role or audience it inherits.", zh="上级角色", tier=Tier.CONFIDENTIAL)
    origin: Mapped[Origin] = enum_column(
        Origin, doc="Whether it was shipped or made here.", zh="来源", tier=Tier.CONFIDENTIAL
    )


class DutyConflict(GroupRecord, scope=STAFF_ONLY, zh="职责冲突"):
    """Two commands that one person may not both perform on a document, nor be granted together in a company."""

    __tablename__ = "duty_conflict"
    __table_args__ = (
        Index(
            "uq_duty_conflict_live", "duty", "conflicting", unique=True, postgresql_where=text("archived_at IS NULL")
        ),
    )

    duty: Mapped[str] = code_column(doc="A command.", zh="职责", tier=Tier.CONFIDENTIAL)
    conflicting: Mapped[str] = code_column(doc="The command it conflicts with.", zh="冲突职责", tier=Tier.CONFIDENTIAL)
    reason: Mapped[str] = text_column(
        doc="What the two together would let one person do.", zh="原因", tier=Tier.CONFIDENTIAL
    )
    origin: Mapped[Origin] = enum_column(
        Origin, doc="Whether it was shipped or made here.", zh="来源", tier=Tier.CONFIDENTIAL
    )


class PolicyVersion(GroupRecord, scope=STAFF_ONLY, zh="权限版本", exposed=False):
    """One row, whose `version` every change of permission raises."""

    __tablename__ = "policy_version"
    __table_args__ = (CheckConstraint(f"id = '{POLICY_VERSION_ID}'", name="one_row"),)


RECORDS = (
    UserAccount,
    UserPassword,
    UserIdentity,
    RoleAssignment,
    PartnerLink,
    SiteRestriction,
    ApiKey,
    TokenRevocation,
    SigningKey,
    SignIn,
    SignInGuard,
    PolicyRule,
    RoleParent,
    DutyConflict,
    PolicyVersion,
)
