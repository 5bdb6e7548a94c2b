"""How long ago what is reported of whole areas may have happened."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.kernel.ids import derived_id

revision = "0024"
down_revision = "0023"

LAW = UUID("5309b6a0-0000-7000-8000-000000000002")
PARAMETERS = {"regional_event.happened.days": ("90", "默认值：待州市规定")}


def upgrade() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute(f"DELETE FROM parameter WHERE key IN ({', '.join(repr(key) for key in PARAMETERS)})")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
