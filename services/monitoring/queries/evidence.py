"""How what proves an act is shown."""

from pydantic import BaseModel


class EvidenceShown(BaseModel):
    title: str
    sha256: str
