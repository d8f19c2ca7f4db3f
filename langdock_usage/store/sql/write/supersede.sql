-- The exports that the new ones supersede: each of these is the newest statement of its period and
-- grouping.
select exports.* replace (newer.export_id as superseded_by)
from exports
join exports as newer
    on newer.superseded_by is null
    and exports.superseded_by is null
    and exports.export_id <> newer.export_id
    and exports.org_id is not distinct from newer.org_id
    and exports.window_start = newer.window_start
    and exports.window_end = newer.window_end
    and exports.group_by is not distinct from newer.group_by
where newer.export_id in (select unnest($export_ids))
