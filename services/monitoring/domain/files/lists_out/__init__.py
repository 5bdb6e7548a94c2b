"""The lists of monitoring as they go out, a chapter in each file. Nobody fills them in, so no column is required."""
