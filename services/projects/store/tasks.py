from services.projects.store.base import Base
from shared.database.tasks import Tasks

tasks = Tasks(Base)
