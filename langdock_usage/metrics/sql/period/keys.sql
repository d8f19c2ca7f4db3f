-- One row per API key: what it was called, whose it was at last, when it was used, what it cost.
select
    org_id,
    api_key_id,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    list_filter(
        list(distinct api_key_name order by api_key_name),
        lambda name: name <> arg_max(api_key_name, (window_end, window_start))
    ) as former_names,
    chain_id,
    arg_max_null(team, window_end) as team,
    arg_max_null(cost_center, window_end) as cost_center,
    arg_max_null(owner, window_end) as owner,
    min(window_start) as first_day,
    max(window_end) as last_day,
    count(distinct model) as model_count,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from asked
group by org_id, api_key_id, chain_id
order by total_cost_usd desc, org_id, api_key_id
