"""How employment's facts are kept: each module holds its tables and the named questions to them."""

from services.employment.store.base import Base
from services.employment.store.tasks import tasks

__all__ = ["Base", "tasks"]
