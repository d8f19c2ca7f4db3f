-- One row per key and model of this month or the month before: what it cost more or less.
with current as (
    select * from recent_usage where month = $month::date
),

previous as (
    select * from recent_usage where month = $month::date - interval 1 month
)

select
    coalesce(current.api_key_id, previous.api_key_id) as api_key_id,
    coalesce(current.api_key_name, previous.api_key_name) as api_key_name,
    coalesce(current.model, previous.model) as model,
    coalesce(current.total_cost_usd, 0) - coalesce(previous.total_cost_usd, 0) as difference_usd
from current
full join previous
    on current.api_key_id = previous.api_key_id
    and current.model is not distinct from previous.model
order by abs(difference_usd) desc, api_key_id, model
limit 200
