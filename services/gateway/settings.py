"""What differs per deployment of the gateway: variables `GATEWAY_…`."""

from typing import Self

from pydantic import HttpUrl, model_validator

from shared.service.settings import CommonSettings, DevelopmentDefault, Profile, settings_for

_DEVELOPMENT = {
    "monitoring": HttpUrl("http://127.0.0.1:8001"),
    "projects": HttpUrl("http://127.0.0.1:8002"),
    "employment": HttpUrl("http://127.0.0.1:8003"),
}


class Settings(CommonSettings):
    model_config = settings_for("GATEWAY_")

    port: int = 8000
    metrics_port: int = 9000
    monitoring_url: HttpUrl | None = None
    projects_url: HttpUrl | None = None
    employment_url: HttpUrl | None = None
    request_seconds: float = 10.0
    tasks_seconds: float = 3.0
    documentation_seconds: float = 5.0

    @model_validator(mode="after")
    def refuse_missing_addresses(self) -> Self:
        missing = [f"{service}_url" for service in _DEVELOPMENT if self._given(service) is None]
        if missing and self.profile is not Profile.DEVELOPMENT:
            raise DevelopmentDefault(f"{', '.join(missing)} must be given outside the development profile")
        return self

    def url_of(self, service: str) -> str:
        """Say where a service answers; in the development profile each has its usual port."""
        return str(self._given(service) or _DEVELOPMENT[service])

    def _given(self, service: str) -> HttpUrl | None:
        return getattr(self, f"{service}_url")
