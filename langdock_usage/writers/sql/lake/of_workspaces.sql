{% import "writers/lake/all_of" as all_databases %}
-- What databases state: a line for every workspace is one for each of those in its own database. Of
-- prices, one for the workspace itself goes before it.
with lines as (
    select
        lines.* replace (coalesce(lines.org_id, workspaces.org_id) as org_id),
        lines.org_id is null as is_general
    from {{ all_databases.all_of(databases, table) }} as lines
    left join {{ all_databases.workspaces(databases) }} as workspaces
        on workspaces.database = lines.database and lines.org_id is null
)

select distinct * exclude (database, is_general)
from lines
qualify not is_general or not bool_or(not is_general) over (partition by org_id, {{ subject }})
