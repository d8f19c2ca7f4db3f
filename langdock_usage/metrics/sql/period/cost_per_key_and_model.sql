-- Like the view cost_per_key_and_model, for the windows that lie within any days.
select
    org_id,
    api_key_id,
    model,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_prompt_tokens)::bigint as sum_prompt_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
    sum(cache_creation_tokens)::bigint as cache_creation_tokens,
    sum(no_cache_tokens)::bigint as no_cache_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from asked
group by org_id, api_key_id, model
order by total_cost_usd desc, org_id, api_key_id, model
