"""What differs per deployment of projects: variables `PROJECTS_…`."""

from shared.service.settings import ServiceSettings, settings_for


class Settings(ServiceSettings):
    model_config = settings_for("PROJECTS_")

    port: int = 8002
    worker_port: int = 9002
