"""What charts are drawn with: data, names, colours and looks."""
