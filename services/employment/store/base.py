from shared.database.base import service_base

Base = service_base()
