"""Among whom it is measured: rows and files of people that nobody is."""
