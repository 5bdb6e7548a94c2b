"""What differs per deployment of monitoring: variables `MONITORING_…`."""

from shared.service.settings import ServiceSettings, settings_for


class Settings(ServiceSettings):
    model_config = settings_for("MONITORING_")

    port: int = 8001
    worker_port: int = 9001
