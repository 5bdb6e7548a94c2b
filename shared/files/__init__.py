"""Files of rows: kept, read, written."""
