-- Adds up to the total: what has no cost centre stands in the line 'unassigned'.
{% import "store/metrics" as metrics %}
select
    month,
    org_id,
    {{ metrics.group("cost_center") }} as cost_center,
    count(distinct api_key_id) as key_count,
    {{ metrics.costs() }}
from {{ rows | default("(select * from owned_usage where month is not null)") }}
group by month, org_id, {{ metrics.group("cost_center") }}
