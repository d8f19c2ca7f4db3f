-- Every table and view of ours.
select table_name, 'table' from duckdb_tables() where not internal
union all
select view_name, 'view' from duckdb_views() where not internal
