-- One row per API key used in this month or the month before, costliest first.
with per_key as (
    select
        month,
        api_key_id,
        arg_max(api_key_name, last_day) as api_key_name,
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(sum_completion_tokens)::bigint as sum_completion_tokens,
        sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
        sum(cache_creation_tokens)::bigint as cache_creation_tokens,
        sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
    from recent_usage
    group by month, api_key_id
),

current as (select * from per_key where month = $month::date),

previous as (select * from per_key where month = $month::date - interval 1 month)

select
    api_key_id,
    coalesce(current.api_key_name, previous.api_key_name) as api_key_name,
    previous.api_key_name as previous_name,
    coalesce(current.requests, 0) as requests,
    coalesce(current.total_cost_usd, 0) as total_cost_usd,
    previous.total_cost_usd as previous_cost_usd,
    current.cost_per_request_usd,
    current.input_tokens,
    current.sum_completion_tokens,
    current.cached_prompt_tokens,
    current.cache_creation_tokens,
    current.cache_hit_ratio,
    current.api_key_id is not null as is_used,
    previous.api_key_id is not null as was_used,
    exists (
        from recent_usage as earlier
        where earlier.api_key_id = current.api_key_id and earlier.month < $month::date
    ) as was_ever_used
from current
full join previous using (api_key_id)
order by total_cost_usd desc, previous_cost_usd desc nulls last, api_key_id
