-- Stored days whose export was received before the day was over.
select window_start
from exports
where org_id is not distinct from $org_id
  and window_start = window_end
  and group_by = 'model'
  and superseded_by is null
  and fetched_at < ((window_end + 1)::timestamp at time zone timezone)
