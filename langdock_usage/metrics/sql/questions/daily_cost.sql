-- The view of that name, of the usage asked about.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

answer as (
    {% set rows = "filtered_usage" %}
    {% include "store/marts/daily_cost" %}

)

select *
from answer
order by day, org_id, api_key_id, model
