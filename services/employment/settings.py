"""What differs per deployment of employment: variables `EMPLOYMENT_…`."""

from shared.service.settings import ServiceSettings, settings_for


class Settings(ServiceSettings):
    model_config = settings_for("EMPLOYMENT_")

    port: int = 8003
    worker_port: int = 9003
