-- One row per month with usage, oldest first.
select
    month,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(cost_of_known_tokens_usd) * 1e6 / nullif(sum(known_tokens), 0)
        as cost_per_million_tokens_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
from recent_usage
group by month
order by month
