"""What a reading process and the one that started it say to each other: frames of a kind, a length and that many bytes.

Promises that the parent never runs what a child sends: values are JSON, all else stays bytes.
"""

import struct
from enum import Enum

HEADER = struct.Struct(">cI")
LONGEST = 256 << 20  # no honest frame comes near it


class Kind(bytes, Enum):
    VALUE = b"V"  # JSON
    BYTES = b"B"
    REFUSED = b"R"  # JSON: code, row, column, hint
    BROKEN = b"X"  # JSON: the type of an error, and where in our code
    END = b"E"


OUT_OF_MEMORY = 77  # the exit code of a child that noticed it
