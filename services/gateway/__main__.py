"""How the gateway is started: `python -m services.gateway {api|token}`."""

from typing import Annotated

import typer
from prometheus_client import start_http_server
from pydantic import ValidationError

from services.gateway.app import NAME, create_gateway, make_token
from services.gateway.settings import Settings
from shared.kernel.actors import Actor, Department, Platform, Role
from shared.service.http.serving import serve
from shared.service.logging import configure_logging
from shared.service.metrics import Metrics
from shared.service.start import read_settings
from shared.service.tokens import NoToken

commands = typer.Typer(help="守底线 Bottom Line: the public door", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@commands.command()
def api() -> None:
    """Answer requests; with /metrics on a port of its own."""
    settings = read_settings(Settings)
    configure_logging(json=settings.log_json)
    metrics = Metrics(NAME)
    start_http_server(settings.metrics_port, settings.host, registry=metrics.registry)
    serve(create_gateway(settings, metrics=metrics), host=settings.host, port=settings.port)


@commands.command()
def token(
    role: Annotated[Role, typer.Option(help="an office")],
    area: Annotated[str, typer.Option(help="an area at a level where the role holds office: 530902102")],
    sub: Annotated[str | None, typer.Option(help="who acts; the role and the area if absent")] = None,
    department: Annotated[Department | None, typer.Option(help="of a department_user")] = None,
    platform: Annotated[Platform | None, typer.Option(help="of a platform_user")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=720)] = 12,
) -> None:
    """Sign a token, in the development profile only."""
    actor = Actor(id=sub or f"{role}.{area}", role=role, area=area, department=department, platform=platform)
    try:
        print(make_token(actor, settings=Settings(), hours=hours))
    except NoToken as refused:
        raise typer.BadParameter(str(refused)) from refused
    except ValidationError as error:
        reasons = "; ".join(each["msg"] for each in error.errors())
        raise typer.BadParameter(f"tokens are made in the development profile only, GATEWAY_PROFILE=development ({reasons})") from error


if __name__ == "__main__":
    commands()
