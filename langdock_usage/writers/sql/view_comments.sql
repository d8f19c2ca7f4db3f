-- What each of our tables and views is.
select
    table_name as name,
    comment
from duckdb_tables()
where not internal
union all
select
    view_name,
    comment
from duckdb_views()
where not internal
