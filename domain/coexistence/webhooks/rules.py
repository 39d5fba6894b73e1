"""When a message is tried again, what an answer means, and which addresses may be subscribed (pure).

Order: the messages of one subscription are sent in the order of the events, one after the other. A message that fails
holds back those behind it, so that a receiver never learns of an order's receipt before its approval; nothing else
waits. Each message is tried for 24 hours from when it was queued, at least once, then it is DEAD and the next one's
turn comes: a receiver that was away for a day gets, in order, everything younger than a day. A message that a receiver
can never take is passed over by hand (`AbandonWebhookMessage`). Sending out of order would spare the wait and leave
every receiver to sort events by itself.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from domain.coexistence.webhooks.models import URL_LENGTH_MAX, DeliveryStatus

# Pauses before the second attempt and those after it; the last one repeats until the window ends.
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
# A pause is shortened by up to this many parts of a thousand, so that receivers that failed together are not asked
# again together.
JITTER_PER_MILLE = 200

WINDOW = timedelta(hours=24)

# How long messages are signed with the secret before, beside the new one, unless the rotation says less or more.
ROTATION_HOURS = 24
ROTATION_HOURS_MAX = 168

GONE = 410

# Why a message is DEAD that a person gave up.
ABANDONED = "ABANDONED"


def is_delivered(response_code: int | None) -> bool:
    """Whether an answer accepts the message: any 2xx; a redirect is not followed and accepts nothing."""
    return response_code is not None and 200 <= response_code < 300


def next_attempt_at(
    queued_at: datetime, attempted_at: datetime, attempt_count: int, shortened_per_mille: int
) -> datetime | None:
    """When a message that has failed `attempt_count` times is tried again; None when its 24 hours are over.

    The last attempt is made as the window ends. `shortened_per_mille` is drawn from 0 to JITTER_PER_MILLE.
    """
    ends_at = queued_at + WINDOW
    if attempted_at >= ends_at:
        return None
    pause = PAUSES[min(attempt_count, len(PAUSES)) - 1]
    return min(attempted_at + pause * (1_000 - shortened_per_mille) / 1_000, ends_at)


def status_after(response_code: int | None, due_at: datetime | None) -> DeliveryStatus:
    """The state of a message after an attempt, `due_at` being its next."""
    if is_delivered(response_code):
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.DEAD if due_at is None else DeliveryStatus.PENDING


def url_problem(url: str) -> tuple[str, str] | None:
    """Why messages cannot be posted to `url`, in English and Chinese, or None.

    What it resolves to is looked at when the connection is made, and only then: a name may point elsewhere tomorrow.
    """
    if len(url) > URL_LENGTH_MAX:
        return f"it is longer than {URL_LENGTH_MAX} characters", f"超过 {URL_LENGTH_MAX} 个字符"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address", "不是有效的地址"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "it is no https address", "不是 https 地址"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "write it in ASCII, percent-encoded", "须以 ASCII 书写"
    if parts.username is not None or parts.password is not None:
        return "it carries credentials; messages are signed instead", "不得含凭据，消息以签名验证"
    if parts.fragment:
        return "it has a fragment", "不得含片段"
    return None


def message_id(subscription_id_hex: str, position: int, place: int) -> str:
    """The id under which a receiver knows the message: it follows from what is told to whom, so it never changes."""
    return f"msg_{subscription_id_hex}_{position}_{place}"
