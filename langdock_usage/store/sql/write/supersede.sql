-- The new export is the newest statement of its period and grouping.
update exports
set superseded_by = $export_id
where superseded_by is null
  and export_id <> $export_id
  and org_id is not distinct from $org_id
  and window_start = $window_start
  and window_end = $window_end
  and group_by is not distinct from $group_by
