"""What the demo has done so far, kept after every chapter: a second start goes on where the first one ended."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson


class State:
    """A JSON file under `build/demo/`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.kept: dict[str, Any] = orjson.loads(file.read_bytes()) if file.is_file() else {"chapters": [], "refusals": {}, "seconds": {}}

    def told(self, chapter: str) -> bool:
        return chapter in self.kept["chapters"]

    def finish(self, chapter: str, *, refusals: Counter[str], seconds: float) -> None:
        """Note that a chapter is over, with the refusals that it provoked."""
        self.kept["chapters"].append(chapter)
        self.kept.pop("underway", None)
        for reason, times in refusals.items():
            self.kept["refusals"][reason] = self.kept["refusals"].get(reason, 0) + times
        self.kept["seconds"][chapter] = round(seconds, 1)
        self._save()

    def remember(self, name: str, value: Any) -> Any:
        """Keep what a chapter set out to do, so that it does the same when it is told again after an interruption."""
        underway = self.kept.setdefault("underway", {})
        if name not in underway:
            underway[name] = value
            self._save()
        return underway[name]

    def remembered(self, name: str) -> Any:
        return self.kept.get("underway", {}).get(name)

    def _save(self) -> None:
        part = self._file.with_suffix(".part")
        part.write_bytes(orjson.dumps(self.kept))
        part.replace(self._file)

    def __getitem__(self, name: str) -> Any:
        return self.kept[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.kept[name] = value
