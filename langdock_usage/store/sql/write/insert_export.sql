insert into exports (
    export_id, org_id, window_start, window_end, timezone, group_by,
    fetched_at, record_count, sha256, source, superseded_by, date_form, asked_from
)
values (
    $export_id, $org_id, $window_start, $window_end, $timezone, $group_by,
    $fetched_at, $record_count, $sha256, $source, $superseded_by, $date_form, $asked_from
)
