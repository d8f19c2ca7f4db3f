-- One's own rows of the exports that count.
{% import "store/metrics" as metrics %}
select owned_usage.* exclude (team, cost_center, owner, chain_id)
from owned_usage
where org_id = $org_id
  and window_end <= $last
  and {{ metrics.group(grouping) }} = $name
