"""A lake: the tables of one or many databases as Parquet files in a folder."""
