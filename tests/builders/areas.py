"""Changes of the area tree, in townships that no other tests use: what was changed stays changed."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

TOWNSHIP = "530922205"  # 云县后箐彝族乡
NEXT_TOWNSHIP = "530922204"  # 云县栗树彝族傣族乡
_serial = count(1)


def a_new_village(township: str = TOWNSHIP) -> str:
    """Give a village code that was never given."""
    return f"{township}{300 + next(_serial)}"


def a_change(kind: str, areas: Iterable[str], into: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """Decide about areas; `into`: code -> name."""
    return {
        "kind": kind,
        "effective_from": "2021-09-22",
        "document_number": "云政复〔2021〕8号",
        "areas": list(areas),
        "into": [{"code": code, "name": name} for code, name in into.items()],
        **changes,
    }
