from services.monitoring.store.base import Base
from shared.database.jobs import Jobs

jobs = Jobs(Base)
