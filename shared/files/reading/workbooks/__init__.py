"""Workbooks: what is looked at before anything is read, and how their cells come out."""
