-- The costliest keys by the costliest models of this month; all the others stand together as NULL
-- ranks, so that the sum is the total.
with this_month as (select * from recent_usage where month = $month::date),

ranked_keys as (
    select
        api_key_id,
        arg_max(api_key_name, last_day) as api_key_name,
        row_number() over (order by sum(total_cost_usd) desc, api_key_id) as key_rank
    from this_month
    group by api_key_id
),

ranked_models as (
    select model, row_number() over (order by sum(total_cost_usd) desc, model) as model_rank
    from this_month
    group by model
)

select
    case when key_rank <= $bars then key_rank end as key_rank,
    case when key_rank <= $bars then ranked_keys.api_key_id end as api_key_id,
    case when key_rank <= $bars then ranked_keys.api_key_name end as api_key_name,
    case when model_rank <= $heatmap_models then model_rank end as model_rank,
    case when model_rank <= $heatmap_models then ranked_models.model end as model,
    sum(total_cost_usd) as total_cost_usd,
    sum(requests)::bigint as requests,
    sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
from this_month
join ranked_keys using (api_key_id)
join ranked_models on this_month.model is not distinct from ranked_models.model
group by all
order by key_rank nulls last, model_rank nulls last
