-- Every column of our tables and views.
select table_name, column_name
from duckdb_columns()
where not internal
order by table_name, column_index
