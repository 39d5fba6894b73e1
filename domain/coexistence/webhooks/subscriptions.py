"""Commands on webhook subscriptions: only the owner says what is sent and where to; an administrator may stop it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Text, and_, bindparam, func, or_, select
from sqlalchemy.types import Uuid

from domain.coexistence.ownership import TooMany, check_owner, used_roles
from domain.coexistence.webhooks.models import (
    DOCUMENT_LENGTH_MAX,
    SuspensionReason,
    WebhookStatus,
    WebhookSubscription,
)
from domain.coexistence.webhooks.rules import ROTATION_HOURS, ROTATION_HOURS_MAX, url_problem
from domain.core.accounts import UserAccount
from domain.core.actors import Action
from domain.core.client_tiers import BY_AUDIENCE, ClientTier
from domain.core.columns import NAME_LENGTH_MAX
from domain.core.commands import CommandSpec, Results, Reveal, argument, command
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.work import Work

WHAT = "Webhook subscription"
CREATED = "WebhookSubscriptionCreated"
CHANGED = "WebhookSubscriptionChanged"
SUSPENDED = "WebhookSubscriptionSuspended"

# One account's subscriptions where no tier says how many: each is looked at for every event.
SUBSCRIPTIONS_MAX = 100

SECRET = Reveal("secret", "The secret that signs its messages (whsec_...); told in this answer and never again.")

_subscription = WebhookSubscription.table
_OWNED = (
    select(func.count())
    .select_from(_subscription)
    .where(_subscription.c.user_id == bindparam("user_id", type_=Uuid()), _subscription.c.archived_at.is_(None))
)

_tier = ClientTier.table
_named = select(UserAccount.table.c.client_tier_id).where(UserAccount.table.c.id == bindparam("user_id", type_=Uuid()))
_ALLOWED = select(_tier.c.webhooks).where(
    or_(
        _tier.c.id == _named.scalar_subquery(),
        and_(_named.scalar_subquery().is_(None), _tier.c.code == bindparam("code", type_=Text())),
    )
)


@command(action=Action.CREATE, record=WebhookSubscription, zh="订阅网络钩子", reveals=(SECRET,), own=True)
class CreateWebhookSubscription:
    """Have an address told of every record that an event names, as far as you may see it when it is told.

    Messages carry the headers of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature); a receiver
    checks the signature, refuses a timestamp more than 5 minutes off, and acts once on each webhook-id.
    """

    name: str = argument(doc="What the subscription is for.", zh="名称")
    event: str = argument(doc="The event that is told, such as PurchaseOrderApproved.", zh="事件")
    url: str = argument(doc="Where messages are posted: an https address.", zh="地址")
    document: str = argument(
        doc="One query that declares $id: ID!, the record the event names; its answer is the payload.", zh="查询文档"
    )


async def create_webhook_subscriptions(
    work: Work, commands: Sequence[CreateWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions, served from the next event on.

    Raises: Rejected, TooMany (per row). Emits: WebhookSubscriptionCreated.
    """
    owned = (await work.fetch(_OWNED, user_id=work.actor.id))[0][0]
    allowed = await work.fetch(_ALLOWED, user_id=work.actor.id, code=BY_AUDIENCE[work.actor.audience])
    most = allowed[0][0] if allowed else SUBSCRIPTIONS_MAX
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        refusal = _refused({"name": one.name, "url": one.url, "document": one.document})
        if refusal is None and owned + len(rows) >= most:
            refusal = TooMany(what=WHAT, limit=most)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        rows.append(
            {
                "id": new_id(), "user_id": work.actor.id, "name": one.name, "event": one.event, "url": one.url,
                "document": one.document, "scopes": used_roles(work), "status": WebhookStatus.ACTIVE.value,
                "secret_generation": 1,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit(CREATED, WebhookSubscription, await work.insert(WebhookSubscription, rows))
    return Results(outcomes)


@command(action=Action.CHANGE, record=WebhookSubscription, zh="修改网络钩子订阅", own=True)
class ChangeWebhookSubscription:
    """Change what your subscription sends, or where to; from then on it counts the roles you use now."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    name: str | None = argument(doc="What it is for.", zh="名称", default=None)
    url: str | None = argument(doc="Where messages are posted: an https address.", zh="地址", default=None)
    document: str | None = argument(doc="One query that declares $id: ID!.", zh="查询文档", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def change_webhook_subscriptions(
    work: Work, commands: Sequence[ChangeWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions with what was given changed.

    Raises: NotFound, NotOwner, Rejected, StaleVersion (per row). Emits: WebhookSubscriptionChanged.
    """

    def change(one: ChangeWebhookSubscription, row: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {"name": one.name, "url": one.url, "document": one.document}
        given = {name: value for name, value in given.items() if value is not None}
        refusal = _refused(given)
        if refusal is not None:
            raise refusal
        return {**{name: row[name] for name in ("name", "url", "document")}, **given, "scopes": used_roles(work)}

    return await _changed(work, commands, change, ("name", "url", "document", "scopes"))


@command(action=Action.CHANGE, record=WebhookSubscription, zh="轮换网络钩子密钥", reveals=(SECRET,), own=True)
class RotateWebhookSecret:
    """Sign with a new secret; for some hours messages carry a signature of the secret before as well."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    previous_for_hours: int = argument(
        doc=f"How long the secret before signs too, 0 to {ROTATION_HOURS_MAX}.", zh="旧密钥保留小时数", unit="hour",
        default=ROTATION_HOURS,
    )  # fmt: skip


async def rotate_webhook_secrets(work: Work, commands: Sequence[RotateWebhookSecret]) -> Results[WebhookSubscription]:
    """The subscriptions, signed with the next secret.

    Raises: NotFound, NotOwner, Rejected (per row). Emits: WebhookSubscriptionChanged.
    """

    def rotate(one: RotateWebhookSecret, row: Mapping[str, Any]) -> Mapping[str, Any]:
        hours = one.previous_for_hours
        if not 0 <= hours <= ROTATION_HOURS_MAX:
            reason, reason_zh = f"it is 0 to {ROTATION_HOURS_MAX}", f"应为 0 至 {ROTATION_HOURS_MAX}"
            raise Rejected(
                ("previousForHours",), what="previousForHours", value=str(hours), reason=reason, reason_zh=reason_zh
            )
        until = work.now + timedelta(hours=hours) if hours else None
        return {"secret_generation": row["secret_generation"] + 1, "previous_secret_until_at": until}

    return await _changed(work, commands, rotate, ("secret_generation", "previous_secret_until_at"))


@command(action=Action.CHANGE, record=WebhookSubscription, zh="暂停网络钩子订阅", own=True)
class PauseWebhookSubscription:
    """Send nothing for now; what happens meanwhile is queued. The owner may, and an administrator."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")


async def pause_webhook_subscriptions(
    work: Work, commands: Sequence[PauseWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions, PAUSED.

    Raises: NotFound, NotOwner, WrongState (per row). Emits: WebhookSubscriptionChanged.
    """

    def pause(_: PauseWebhookSubscription, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if row["status"] != WebhookStatus.ACTIVE:
            raise WrongState(what=WHAT, key=row["name"], state=row["status"], transition="be paused")
        return {"status": WebhookStatus.PAUSED.value}

    return await _changed(work, commands, pause, ("status",), administrators=True)


@command(action=Action.CHANGE, record=WebhookSubscription, zh="恢复网络钩子订阅", own=True)
class ResumeWebhookSubscription:
    """Send again what waits, in order. What happened while it was suspended is had by replay."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")


async def resume_webhook_subscriptions(
    work: Work, commands: Sequence[ResumeWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions, ACTIVE.

    Raises: NotFound, NotOwner, WrongState (per row). Emits: WebhookSubscriptionChanged.
    """

    def resume(_: ResumeWebhookSubscription, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if row["status"] == WebhookStatus.ACTIVE:
            raise WrongState(what=WHAT, key=row["name"], state=row["status"], transition="be resumed")
        return {"status": WebhookStatus.ACTIVE.value, "suspension_reason": None, "suspended_at": None}

    return await _changed(work, commands, resume, ("status", "suspension_reason", "suspended_at"))


@command(action=Action.CHANGE, record=WebhookSubscription, zh="归档网络钩子订阅", own=True)
class ArchiveWebhookSubscription:
    """End a subscription; its log stays. The owner may, and an administrator."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")


async def archive_webhook_subscriptions(
    work: Work, commands: Sequence[ArchiveWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions, archived.

    Raises: NotFound, NotOwner (per row). Emits: WebhookSubscriptionChanged.
    """
    return await _changed(
        work, commands, lambda _, __: {"archived_at": work.now}, ("archived_at",), administrators=True
    )


@command(action=Action.ADMINISTER, record=WebhookSubscription, zh="中止网络钩子订阅")
class SuspendWebhookSubscription:
    """Stop sending because of what was found; sent by the deliveries themselves."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    suspension_reason: SuspensionReason = argument(doc="Why.", zh="中止原因")


async def suspend_webhook_subscriptions(
    work: Work, commands: Sequence[SuspendWebhookSubscription]
) -> Results[WebhookSubscription]:
    """The subscriptions, SUSPENDED; one that is already stays as it was.

    Raises: NotFound (per row). Emits: WebhookSubscriptionSuspended with the reason.
    """
    rows = await work.lock(WebhookSubscription, [one.subscription_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    suspended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        id_ = one.subscription_id
        if id_ not in rows:
            outcomes.append(NotFound(what=WHAT, key=str(id_)))
            continue
        outcomes.append(id_)
        if rows[id_]["status"] != WebhookStatus.SUSPENDED:
            suspended[id_] = {
                "id": id_, "status": WebhookStatus.SUSPENDED.value, "suspended_at": work.now,
                "suspension_reason": one.suspension_reason.value,
            }  # fmt: skip
    if suspended:
        fields = ("status", "suspension_reason", "suspended_at")
        await work.update(WebhookSubscription, list(suspended.values()), fields=fields)
        work.emit(SUSPENDED, WebhookSubscription, list(suspended))
    return Results(outcomes)


def administering() -> CommandSpec:
    """What one must be allowed to stop the subscription of another."""
    return cast(Any, SuspendWebhookSubscription).spec


async def _changed(
    work: Work,
    commands: Sequence[Any],
    change: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]],
    fields: Sequence[str],
    *,
    administrators: bool = False,
) -> Results[WebhookSubscription]:
    """The subscriptions with what `change` makes of each; it may refuse."""
    rows = await work.lock(WebhookSubscription, [one.subscription_id for one in commands])
    expected = {one.subscription_id: getattr(one, "expected_version", None) for one in commands}
    stale = await work.stale(WebhookSubscription, rows, expected)
    changed: dict[UUID, Mapping[str, Any]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.subscription_id
        try:
            row = rows.get(id_)
            if row is None or row["archived_at"] is not None:
                raise NotFound(("subscription",), what=WHAT, key=str(id_))
            check_owner(work, row, WHAT, administers=administering() if administrators else None)
            if id_ in stale:
                raise stale[id_]
            changed[id_] = {**change(one, {**dict(row), **changed.get(id_, {})}), "id": id_}
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(id_)
    if changed:
        await work.update(WebhookSubscription, list(changed.values()), fields=fields)
        work.emit(CHANGED, WebhookSubscription, list(changed))
    return Results(outcomes)


def _refused(given: Mapping[str, str]) -> DomainError | None:
    """Why one of the values cannot be kept, or None."""
    for name, limit in (("name", NAME_LENGTH_MAX), ("document", DOCUMENT_LENGTH_MAX)):
        if name in given and not 0 < len(given[name].strip()) <= len(given[name]) <= limit:
            reason, reason_zh = f"it has 1 to {limit} characters", f"长度须为 1 至 {limit} 个字符"
            return Rejected((name,), what=name, value=given[name][:40], reason=reason, reason_zh=reason_zh)
    problem = url_problem(given["url"]) if "url" in given else None
    if problem is None:
        return None
    return Rejected(("url",), what="url", value=given["url"][:200], reason=problem[0], reason_zh=problem[1])
