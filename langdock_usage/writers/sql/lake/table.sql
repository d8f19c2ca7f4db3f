{% import "writers/lake/all_of" as all_databases %}
-- What databases say, each of its own workspaces.
select distinct * exclude (database)
from {{ all_databases.all_of(databases, table) }}
