"""How much of a file is read, and what reading may cost: sizes of a deployment, passed in.

Promises nothing by itself. Not for the size of an upload, which the door limits before a file exists.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that a file may hold, and that the process that reads it may use.

    :param uncompressed: bytes that all parts of a workbook may come to.
    :param ratio: how many times larger than its packed size a part may be.
    :param entries: parts of a workbook.
    :param characters: of one cell; Excel itself takes no more.
    :param seconds: that reading may take, the reader's own waiting not counted.
    :param memory: MiB of the process that reads; its libraries alone take a hundred.
    """

    uncompressed: int = 2 << 30
    ratio: int = 200
    entries: int = 2_000
    columns: int = 200
    rows: int = 2_000_000
    characters: int = 32_767
    seconds: int = 600
    memory: int = 512


DEFAULT = Limits()
