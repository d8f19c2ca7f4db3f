{% import "writers/lake/all_of" as all_databases %}
-- Whose keys are, as the database says that has their usage: owners belong to its workspaces. What it says
-- of keys that nobody has used holds as well.
with used_keys as (
    select distinct database, api_key_id
    from {{ all_databases.all_of(databases, "usage") }}
)

select distinct * exclude (database)
from {{ all_databases.all_of(databases, "key_owners") }} as lines
where (database, api_key_id) in (from used_keys)
   or api_key_id not in (select api_key_id from used_keys)
