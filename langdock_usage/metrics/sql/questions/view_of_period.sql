-- A view of months, for the days asked for: its own select over the rows of these days, as if they were
-- one month.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered %}
with filtered_usage as (
    {{ filtered.usage() }}
),

one_period as (
    select * replace (null::date as month)
    from filtered_usage
),

answer as (
    {% set rows = "one_period" %}
    {% include "store/marts/" ~ view %}
)

select columns(column_name -> column_name <> 'month')
from answer
order by
    {% if view == "daily_cost" %}
    day, org_id, api_key_id, model
    {% else %}
    total_cost_usd desc, all
    {% endif %}
