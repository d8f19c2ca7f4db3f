-- Every row of a workspace that counts, up to a day, with the team (or cost centre) whose it is.
{% import "store/metrics" as metrics %}
create temp table counted_rows as
select
    {{ metrics.group(grouping) }} as owned_by,
    owned_usage.* exclude (team, cost_center, owner, chain_id)
from owned_usage
where org_id = $org_id and window_end <= $last
order by owned_by
