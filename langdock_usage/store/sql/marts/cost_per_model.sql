{% import "store/metrics" as metrics %}
select
    month,
    org_id,
    model,
    {{ metrics.costs() }}
from {{ rows | default("monthly_usage") }}
group by month, org_id, model
