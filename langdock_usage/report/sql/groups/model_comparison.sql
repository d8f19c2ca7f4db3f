-- One row per model used in this month or the month before, costliest first.
with per_model as (
    select
        month,
        model,
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(sum_completion_tokens)::bigint as sum_completion_tokens,
        sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
        sum(cache_creation_tokens)::bigint as cache_creation_tokens,
        sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
    from recent_usage
    group by month, model
),

current as (select * from per_model where month = $month::date),

previous as (select * from per_model where month = $month::date - interval 1 month)

select
    coalesce(current.model, previous.model) as model,
    series,
    coalesce(current.requests, 0) as requests,
    coalesce(current.total_cost_usd, 0) as total_cost_usd,
    previous.total_cost_usd as previous_cost_usd,
    current.cost_per_request_usd,
    current.input_tokens,
    current.sum_completion_tokens,
    current.cached_prompt_tokens,
    current.cache_creation_tokens,
    current.cache_hit_ratio,
    current.month is not null as is_used,
    previous.month is not null as was_used,
    exists (
        from recent_usage as earlier
        where earlier.model is not distinct from current.model and earlier.month < $month::date
    ) as was_ever_used
from current
full join previous on current.model is not distinct from previous.model
join model_series on of_model is not distinct from coalesce(current.model, previous.model)
order by total_cost_usd desc, previous_cost_usd desc nulls last, model
