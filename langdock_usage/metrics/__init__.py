"""Questions to the database, answered with pandas DataFrames."""
