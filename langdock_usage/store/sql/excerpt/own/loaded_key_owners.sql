-- Whose one's own keys are while they are one's own; and which of them follows which.
{% import "store/metrics" as metrics %}
with loaded as (select max(loaded_at) as loaded_at from reference_loads where file = 'keys')

select
    loaded_at,
    api_key_id,
    team,
    cost_center,
    owner,
    nullif(valid_from, date '0001-01-01') as valid_from,
    null as successor_of
from key_ownership, loaded
where {{ metrics.group(grouping) }} = $name
  and coalesce(team, cost_center, owner) is not null
  and valid_from <= $last
  and api_key_id in (select api_key_id from own_rows where owned_by = $name)
union all by name
select distinct loaded.loaded_at, api_key_id, successor_of
from key_owners, loaded
where api_key_id in (select api_key_id from own_rows where owned_by = $name)
  and successor_of in (select api_key_id from own_rows where owned_by = $name)
