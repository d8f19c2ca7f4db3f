-- How well prompt caching works, over the rows whose input tokens are known.
select
    org_id,
    grouped_by,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null)::bigint
        as cached_prompt_tokens,
    sum(cache_creation_tokens) filter (where input_tokens is not null)::bigint
        as cache_creation_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from asked
group by org_id, grouped_by
order by input_tokens desc nulls last, org_id, grouped_by
