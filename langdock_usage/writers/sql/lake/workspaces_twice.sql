{% import "writers/lake/all_of" as all_databases %}
-- Workspaces that several databases hold.
select org_id, list(distinct database order by database)
from {{ all_databases.all_of(databases, "exports") }}
where org_id is not null
group by org_id
having count(distinct database) > 1
order by org_id
