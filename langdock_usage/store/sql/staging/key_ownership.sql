-- Whose each key is, by day. A line that names `successor_of` and nothing else says nothing of its
-- own: such a key is whose the key before it is.
with recursive states as (
    select api_key_id, valid_from, team, cost_center, owner
    from key_owners
    where successor_of is null or coalesce(team, cost_center, owner) is not null
),

links as (
    select distinct api_key_id as newer_id, successor_of as older_id
    from key_owners
    where successor_of is not null
),

followed as (
    select distinct api_key_id, api_key_id as stated_id, 0 as steps
    from key_owners
    union all
    select followed.api_key_id, links.older_id, steps + 1
    from followed
    join links on links.newer_id = followed.stated_id
    where followed.stated_id not in (select api_key_id from states)
      and steps < 1000
)

select
    followed.api_key_id,
    states.team,
    states.cost_center,
    states.owner,
    coalesce(states.valid_from, date '0001-01-01') as valid_from,
    (lead(states.valid_from) over key_days - 1)::date as valid_to,
    followed.stated_id as stated_for
from followed
join states on states.api_key_id = followed.stated_id
window key_days as (partition by followed.api_key_id order by states.valid_from nulls first)
