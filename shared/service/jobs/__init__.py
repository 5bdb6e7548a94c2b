"""Long work: the runner that does it, the pipeline of files, and the doors by which it is asked for and watched."""
