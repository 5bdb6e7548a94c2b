"""What a reading process and the one that started it say to each other: frames of a kind, a length and that many bytes.

Promises that what a child sends can neither run in its parent nor make it reserve memory: it is JSON, of a limited length. (An Arrow stream would
be faster; but a few wrong bytes in one make polars ask for a terabyte, which ends the process that reads it.)
"""

import struct
from enum import Enum

HEADER = struct.Struct(">cI")
LONGEST = 64 << 20  # no honest frame comes near it


class Kind(bytes, Enum):
    VALUE = b"V"
    REFUSED = b"R"  # code, row, column, hint
    BROKEN = b"X"  # the type of an error, and where in our code
    END = b"E"


OUT_OF_MEMORY = 77  # the exit code of a child that noticed it
