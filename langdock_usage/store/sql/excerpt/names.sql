-- Everyone who stands in a database, by kind, with the names that a key ever had: what a redacted copy
-- replaces.
with ids as (
    select api_key_id from export_rows
    union
    select api_key_id from loaded_key_owners
    union
    select successor_of from loaded_key_owners
)

select
    'key' as kind,
    ids.api_key_id as name,
    (
        select list(distinct api_key_name order by api_key_name)
        from export_rows
        where export_rows.api_key_id = ids.api_key_id
    ) as called
from ids
where ids.api_key_id is not null
union all
select distinct 'team', team, null from loaded_key_owners where team is not null
union all
select distinct 'cost_center', cost_center, null from loaded_key_owners where cost_center is not null
union all
select distinct 'owner', owner, null from loaded_key_owners where owner is not null
order by kind, name
