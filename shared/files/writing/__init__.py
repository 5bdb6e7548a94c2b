"""What goes out: templates, lists, and the uploaded workbook back."""
