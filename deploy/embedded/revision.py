"""`make revision`: draft an Alembic revision of a service from the difference between its tables and its migrations.

The draft is a beginning: helpers for policies, grants and audit (`shared/database/migrations/`) are added by hand.
"""

import asyncio
import sys
from pathlib import Path

from deploy.embedded.platform import SERVICES, Ports, settings_of
from deploy.embedded.postgres import Postgres
from shared.database.migrate import alembic_config, run_alembic
from shared.service.commands import migrate_service, owner_url


def main() -> None:
    """Bring a scratch database to the head, and let Alembic compare."""
    if len(sys.argv) != 3 or sys.argv[1] not in {service.name for service in SERVICES} or not sys.argv[2]:
        sys.exit('make revision SERVICE=monitoring|projects|employment MESSAGE="what changes"')
    name, message = sys.argv[1:]
    service = next(each for each in SERVICES if each.name == name)
    postgres = Postgres(Path("build/scratch/postgres"))
    asyncio.run(postgres.make_database(name, fresh=True))
    settings = settings_of(service, postgres, Ports())
    migrate_service(service, settings)
    run_alembic(owner_url(settings), name, "revision", message=message, autogenerate=True, rev_id=_next_id(name))


def _next_id(name: str) -> str:
    """Number revisions 0001, 0002, … as their files are named."""
    versions = Path(alembic_config(name).get_main_option("script_location") or "") / "versions"
    return f"{1 + max(int(file.name[1:5]) for file in versions.glob('v[0-9][0-9][0-9][0-9]_*.py')):04}"


if __name__ == "__main__":
    main()
