-- Cache-hit ratio of this month's costliest keys with token data, month by month.
with ranked as (
    select
        api_key_id,
        arg_max(api_key_name, last_day) as api_key_name,
        row_number() over (order by sum(total_cost_usd) desc, api_key_id) as place
    from recent_usage
    where month = $month::date and input_tokens > 0
    group by api_key_id
)

select
    month,
    place,
    ranked.api_key_id,
    ranked.api_key_name,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
    sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio
from recent_usage
join ranked using (api_key_id)
where place <= $bars
group by all
order by place, month
