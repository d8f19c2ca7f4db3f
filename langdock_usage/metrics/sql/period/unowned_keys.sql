-- One row per API key with usage that has no team, no cost centre and no owner, costliest first.
select
    org_id,
    api_key_id,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    min(window_start) as first_day,
    max(window_end) as last_day,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from asked
where coalesce(team, cost_center, owner) is null
group by org_id, api_key_id
order by total_cost_usd desc, org_id, api_key_id
