"""Write the schemas anew: `python -m shared.events.schemas`."""

from shared.events.schemas import write_schemas

if __name__ == "__main__":
    write_schemas()
