-- The same content, for the same period, added before.
select export_id
from exports
where org_id is not distinct from $org_id
  and window_start = $window_start
  and window_end = $window_end
  and timezone = $timezone
  and group_by is not distinct from $group_by
  and sha256 = $sha256
limit 1
