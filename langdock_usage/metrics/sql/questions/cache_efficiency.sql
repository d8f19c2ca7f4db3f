-- How well prompt caching works, over the rows whose input tokens are known.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with filtered_usage as ({{ filtered.usage() }})

select
    org_id,
    {{ metrics.group(group) }} as grouped_by,
    {{ metrics.name_of_group(group) }} as api_key_name,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    {{ metrics.cached_prompt_tokens() }} as cached_prompt_tokens,
    {{ metrics.cache_creation_tokens() }} as cache_creation_tokens,
    {{ metrics.cache_hit_ratio() }} as cache_hit_ratio,
    sum(requests)::bigint as requests,
    {{ metrics.cost_per_request_usd() }} as cost_per_request_usd,
    {{ metrics.cost_per_million_tokens_usd() }} as cost_per_million_tokens_usd
from filtered_usage
group by all
order by input_tokens desc nulls last, org_id, grouped_by
