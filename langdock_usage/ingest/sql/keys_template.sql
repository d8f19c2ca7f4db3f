-- The keys file as it stands, and a line for each key that it lacks, costliest key first.
with costs as (
    select
        api_key_id,
        arg_max(api_key_name, (window_end, window_start)) as api_key_name,
        sum(total_cost_usd) as total_cost_usd
    from usage
    group by api_key_id
)

select
    coalesce(key_owners.api_key_id, costs.api_key_id) as api_key_id,
    team,
    cost_center,
    owner,
    valid_from::varchar as valid_from,
    successor_of,
    api_key_name,
    total_cost_usd
from costs
full join key_owners on key_owners.api_key_id = costs.api_key_id
order by total_cost_usd desc nulls last, api_key_id, valid_from nulls first
