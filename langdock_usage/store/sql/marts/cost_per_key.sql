{% import "store/metrics" as metrics %}
select
    month,
    org_id,
    api_key_id,
    {{ metrics.newest_name() }} as api_key_name,
    {{ metrics.costs() }}
from {{ rows | default("monthly_usage") }}
group by month, org_id, api_key_id
