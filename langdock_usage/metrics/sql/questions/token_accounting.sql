-- How the token columns of the rows add up, and what these rows cost; the most rows first.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }})

select
    org_id,
    token_accounting,
    count(*) as row_count,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd
from filtered_usage
group by org_id, token_accounting
order by row_count desc, org_id, token_accounting
