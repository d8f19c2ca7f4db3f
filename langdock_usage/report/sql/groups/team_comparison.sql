-- One row per team of this month or the month before, costliest first; team NULL is nobody's.
with current as (select * from team_usage where month = $month::date),

previous as (select * from team_usage where month = $month::date - interval 1 month)

select
    coalesce(current.team, previous.team) as team,
    coalesce(current.requests, 0) as requests,
    coalesce(current.total_cost_usd, 0) as total_cost_usd,
    previous.total_cost_usd as previous_cost_usd,
    current.cost_per_request_usd,
    current.input_tokens,
    current.sum_completion_tokens,
    current.cached_prompt_tokens,
    current.cached_prompt_tokens / nullif(current.input_tokens, 0) as cache_hit_ratio,
    current.month is not null as is_used
from current
full join previous on current.team is not distinct from previous.team
order by total_cost_usd desc, previous_cost_usd desc nulls last, team
