"""${message[:1].upper() + message[1:]}.

Made from the records; read it before it is committed: one purpose, safe with the version that still runs.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
