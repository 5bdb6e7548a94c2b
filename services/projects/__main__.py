"""How projects is started: `python -m services.projects {api|worker|migrate|announce|dead-letters|restored}`."""

from services.projects.app import SERVICE
from shared.service.commands import service_commands

commands = service_commands(SERVICE)

if __name__ == "__main__":
    commands()
