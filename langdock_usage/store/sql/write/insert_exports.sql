-- Some exports, each of another period or grouping. An empty answer that may not erase an older export
-- is superseded by it from the beginning or, where that was taken back, by what counts in its place.
insert into exports (
    export_id, org_id, window_start, window_end, timezone, group_by,
    fetched_at, record_count, sha256, source, superseded_by, date_form, asked_from
)
with incoming as (
    select unnest($exports, recursive := true)
),

kept as (
    select
        incoming.export_id,
        arg_min(older.export_id, older.export_id <> incoming.yields_to) as superseded_by
    from incoming
    join exports as older
        on older.export_id = incoming.yields_to
        or (
            older.superseded_by is null
            and older.record_count > 0
            and older.org_id is not distinct from incoming.org_id
            and older.window_start = incoming.window_start
            and older.window_end = incoming.window_end
            and older.group_by is not distinct from incoming.group_by
        )
    where incoming.yields_to is not null
    group by incoming.export_id
)

select
    incoming.export_id, org_id, window_start, window_end, timezone, group_by,
    fetched_at, record_count, sha256, source, superseded_by, date_form, asked_from
from incoming
left join kept using (export_id)
