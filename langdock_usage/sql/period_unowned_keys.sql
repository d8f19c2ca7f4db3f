-- One row per API key with usage that has no team, no cost centre and no owner, costliest first.
select
    org_id,
    api_key_id,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    min(window_start) as first_day,
    max(window_end) as last_day,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd
from asked
where coalesce(team, cost_center, owner) is null
group by org_id, api_key_id
order by total_cost_usd desc, org_id, api_key_id
