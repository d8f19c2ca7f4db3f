-- Single days only: an export has no finer time resolution than the period it was asked for.
{% import "store/metrics" as metrics %}
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
    {{ metrics.cost_per_request_usd("total_cost_usd", "requests") }} as cost_per_request_usd,
    1e6 * total_cost_usd::double / nullif(input_tokens + sum_completion_tokens, 0)
        as cost_per_million_tokens_usd
from {{ rows | default("usage") }}
where window_start = window_end
