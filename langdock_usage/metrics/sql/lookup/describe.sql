-- One row per column of our tables and views, in their order.
select table_name as view_name, column_name, data_type
from duckdb_columns()
where not internal
  and database_name = current_database()
  and ($view::varchar is null or table_name = $view)
order by table_name, column_index
