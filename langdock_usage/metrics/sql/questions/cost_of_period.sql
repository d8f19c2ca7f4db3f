-- The view of a month, for any days: its own select, over their usage as if they were one month.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with filtered_usage as ({{ filtered.usage() }}),

one_period as (select * replace (null::date as month) from filtered_usage),

answer as (
    {% set rows = "one_period" %}
    {% include "store/marts/" ~ view %}

)

select * exclude (month)
from answer
order by total_cost_usd desc, columns(*)
