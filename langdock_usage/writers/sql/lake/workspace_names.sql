{% import "writers/lake/all_of" as all_databases %}
-- The name of a workspace, as the database says that holds it.
with workspaces as {{ all_databases.workspaces(databases) }}

select distinct * exclude (database)
from {{ all_databases.all_of(databases, "workspace_names") }} as lines
where (database, org_id) in (from workspaces)
   or org_id not in (select org_id from workspaces)
