-- Adds up to the total: what has no team stands in the line 'unassigned'.
{% import "store/metrics" as metrics %}
select
    month,
    org_id,
    {{ metrics.group("team") }} as team,
    count(distinct api_key_id) as key_count,
    {{ metrics.costs() }}
from {{ rows | default("(select * from owned_usage where month is not null)") }}
group by month, org_id, {{ metrics.group("team") }}
