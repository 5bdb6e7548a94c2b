"""What proves an act: minutes, a photo of the notice board, a signed sheet. The file itself is kept elsewhere; its hash binds it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.wire.command import part
from shared.wire.types import SafeText

Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$", strict=True),
    Field(examples=["55c64d0fcd6f9d5f7c828093857e3fdfda68478bb4e9bd24d481ef391c7804e8"]),
]


@part
class Evidence:
    """A file that proves an act (佐证材料): its title and the SHA-256 of its content, 64 lower-case hex digits."""

    title: SafeText
    sha256: Sha256


Evidences = Annotated[list[Evidence], Field(min_length=1, max_length=10)]


def as_kept(evidence: Sequence[Evidence]) -> list[dict[str, str]]:
    """Write evidence as it is kept beside an act."""
    return [{"title": each.title, "sha256": each.sha256} for each in evidence]
