"""The kernel that executes the notebook of a report."""
