-- The newest statement of a period and grouping, of any workspace where none is given.
select export_id
from exports
where superseded_by is null
  and ($org_id is null or org_id = $org_id)
  and window_start = $window_start
  and window_end = $window_end
  and group_by is not distinct from $group_by
limit 1
