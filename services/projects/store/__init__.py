"""How projects' facts are kept: each module holds its tables and the named questions to them."""

from services.projects.store.base import Base
from services.projects.store.tasks import tasks

__all__ = ["Base", "tasks"]
