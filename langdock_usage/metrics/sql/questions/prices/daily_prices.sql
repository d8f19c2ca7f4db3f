-- What each key was billed for a model day by day, and what the price book says; single days with a price.
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

priced as ({{ prices.priced("filtered_usage") }})

select
    org_id,
    api_key_id,
    model,
    window_start as first_day,
    total_cost_usd as reported_usd,
    list_cost_low_usd as list_low_usd,
    list_cost_high_usd as list_high_usd
from priced
where window_start = window_end and list_cost_low_usd > 0
order by org_id, model, api_key_id, first_day
