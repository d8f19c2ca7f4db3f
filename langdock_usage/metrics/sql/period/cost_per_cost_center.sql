-- Like the view cost_per_cost_center, for the windows that lie within any days.
select
    org_id,
    coalesce(cost_center, 'unassigned') as cost_center,
    count(distinct api_key_id) as key_count,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from asked
group by all
order by total_cost_usd desc, org_id, cost_center
