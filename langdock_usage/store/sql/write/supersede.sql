-- Each of the new exports is the newest statement of its period and grouping.
update exports
set superseded_by = newer.export_id
from exports as newer
where newer.export_id in (select unnest($export_ids))
  and newer.superseded_by is null
  and exports.superseded_by is null
  and exports.export_id <> newer.export_id
  and exports.org_id is not distinct from newer.org_id
  and exports.window_start = newer.window_start
  and exports.window_end = newer.window_end
  and exports.group_by is not distinct from newer.group_by
