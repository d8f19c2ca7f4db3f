"""Charts to click on, for notebooks."""
