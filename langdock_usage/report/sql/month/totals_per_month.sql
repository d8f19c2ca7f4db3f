-- One row per month that an export covers, in whole or in part, oldest first.
with months as (
    select date_trunc('month', day)::date as month, count(*) as covered_days
    from covered_days
    group by 1
),

totals as (
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
)

select
    month,
    covered_days,
    covered_days = day(last_day(month)) as is_complete,
    coalesce(requests, 0) as requests,
    coalesce(total_cost_usd, 0) as total_cost_usd,
    totals.* exclude (month, requests, total_cost_usd)
from months
left join totals using (month)
order by month
