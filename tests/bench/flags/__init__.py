"""Flags on their way from the approval to the tasks."""
