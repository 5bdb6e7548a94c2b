from services.employment.store import Base
from shared.database.migrations import run_env

run_env(Base.metadata)
