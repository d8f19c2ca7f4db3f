-- Local days for which an export of just that day, grouped by model, is stored.
select window_start
from exports
where org_id is not distinct from $org_id
  and window_start = window_end
  and group_by = 'model'
  and superseded_by is null
