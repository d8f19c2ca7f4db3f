"""Views as files: CSV, Parquet and XLSX."""
