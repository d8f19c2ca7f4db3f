-- A rotated key and the keys that follow it are one chain, called after the newest of them.
-- Loading refuses circles and forks; the number of steps is limited all the same.
with recursive links as (
    select distinct successor_of as older_id, api_key_id as newer_id
    from key_owners
    where successor_of is not null
),

members as (
    select older_id as api_key_id from links
    union
    select newer_id from links
),

followed as (
    select api_key_id, api_key_id as newest_id, 0 as steps
    from members
    union all
    select followed.api_key_id, links.newer_id, steps + 1
    from followed
    join links on links.older_id = followed.newest_id
    where steps < 1000
)

select
    api_key_id,
    arg_max(newest_id, steps) as chain_id,
    max(steps)::bigint as keys_after
from followed
group by api_key_id
