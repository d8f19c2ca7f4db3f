"""Writing a lake: Parquet files of what databases hold."""
