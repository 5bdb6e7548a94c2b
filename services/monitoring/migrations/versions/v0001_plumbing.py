"""What every service has: outbox, seen, dead letters, idempotency, audit, rounds, clock and scope."""

from shared.database.distribution import PLUMBING, distribute
from shared.database.migrations.plumbing import create_plumbing, drop_plumbing

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_plumbing("monitoring")
    distribute("monitoring", *PLUMBING)


def downgrade() -> None:
    drop_plumbing()
