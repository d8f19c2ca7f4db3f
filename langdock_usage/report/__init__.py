"""A notebook, executed and sealed into one HTML file; the monthly report."""
