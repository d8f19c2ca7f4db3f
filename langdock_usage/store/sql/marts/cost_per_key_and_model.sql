{% import "store/metrics" as metrics %}
select
    month,
    org_id,
    api_key_id,
    model,
    {{ metrics.newest_name() }} as api_key_name,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_prompt_tokens)::bigint as sum_prompt_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
    sum(cache_creation_tokens)::bigint as cache_creation_tokens,
    sum(no_cache_tokens)::bigint as no_cache_tokens,
    {{ metrics.cache_hit_ratio() }} as cache_hit_ratio,
    {{ metrics.cost_per_request_usd() }} as cost_per_request_usd,
    {{ metrics.cost_per_million_tokens_usd() }} as cost_per_million_tokens_usd
from {{ rows | default("monthly_usage") }}
group by month, org_id, api_key_id, model
