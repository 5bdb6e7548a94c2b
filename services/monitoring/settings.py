"""What differs per deployment of monitoring: variables `MONITORING_…`."""

from typing import ClassVar

from shared.service.settings import ServiceSettings, settings_for


class Settings(ServiceSettings):
    model_config = settings_for("MONITORING_")

    takes_files: ClassVar[bool] = True

    port: int = 8001
    worker_port: int = 9001
