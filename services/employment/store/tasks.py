from services.employment.store.base import Base
from shared.database.tasks import Tasks

tasks = Tasks(Base)
