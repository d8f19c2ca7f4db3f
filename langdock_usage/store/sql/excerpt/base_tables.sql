-- What the tables of a copy have to hold, with the columns that the original has. Which exports count,
-- and what follows from others, is found out again; the version of the copy is its own.
select table_name, list(column_name order by column_index)
from duckdb_columns()
where database_name = 'original'
  and table_name in (
      select table_name from duckdb_tables() where database_name = current_database()
  )
  and table_name not in ('counted_exports', 'schema_version')
  and not list_contains($found_again, table_name)
group by table_name
order by table_name
