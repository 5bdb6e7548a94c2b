"""What was uploaded, as rows of clean texts and what is wrong with them. It runs in a child process; only the door is called from outside."""

from shared.files.reading.batches import Batch, read

__all__ = ["Batch", "read"]
