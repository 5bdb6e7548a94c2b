"""Deciding about many things at once."""
