"""Functions in a process of their own, with little memory, little time and nothing to steal."""

from shared.files.capped.running import call, stream

__all__ = ["call", "stream"]
