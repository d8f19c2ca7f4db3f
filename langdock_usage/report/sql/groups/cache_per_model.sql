-- Cache-hit ratio of this month's costliest models with token data, month by month.
with ranked as (
    select
        model as of_model,
        row_number() over (order by sum(total_cost_usd) desc, model nulls last) as place
    from recent_usage
    where month = $month::date and input_tokens > 0
    group by model
)

select
    month,
    place,
    of_model as model,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
    sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
from recent_usage
join ranked on model is not distinct from of_model
where place <= $bars
group by all
order by place, month
