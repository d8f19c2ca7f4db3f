"""The DuckDB file: tables and views, writing to it, and what it holds."""
