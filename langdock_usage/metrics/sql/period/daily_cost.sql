-- Like the view daily_cost. Single days only: a longer period has no days.
select
    window_start as day,
    org_id,
    api_key_id,
    model,
    api_key_name,
    requests,
    total_cost_usd,
    sum_prompt_tokens,
    sum_completion_tokens,
    cached_prompt_tokens,
    cache_creation_tokens,
    no_cache_tokens,
    total_cost_usd / nullif(requests, 0) as cost_per_request_usd,
    1e6 * total_cost_usd / nullif(input_tokens + sum_completion_tokens, 0)
        as cost_per_million_tokens_usd
from asked
where window_start = window_end
order by day, org_id, api_key_id, model
