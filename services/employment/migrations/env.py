from services.employment.store import Base
from shared.database.migrations.env import run_env

run_env(Base.metadata)
