"""How employment is started: `python -m services.employment {api|worker|migrate|announce|dead-letters|restored}`."""

from services.employment.app import SERVICE
from shared.service.commands import service_commands

commands = service_commands(SERVICE)

if __name__ == "__main__":
    commands()
