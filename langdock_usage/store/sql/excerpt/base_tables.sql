-- The tables of a database, with their columns: what a copy has to hold. Which exports count is found
-- out again, and the version of the copy is its own.
select table_name, list(column_name order by column_index)
from duckdb_columns()
where database_name = 'original'
  and table_name in (select table_name from duckdb_tables() where database_name = 'original')
  and table_name not in ('counted_exports', 'schema_version')
group by table_name
order by table_name
