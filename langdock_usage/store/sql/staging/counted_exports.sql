-- Which exports count, so that no request is counted twice.
-- The windows of a workspace nest or are apart (an overlap is refused when it comes in). Of a window
-- and the shorter windows in it, the shorter ones count where together they cover all of its days; of a
-- window that was not over when its export was received, the days until then.
create or replace view counted_exports as
with latest as (
    select *
    from exports
    where superseded_by is null
    qualify row_number() over (
        partition by org_id, window_start, window_end
        order by group_by nulls last
    ) = 1
),

known as (
    select
        *,
        -- received before its period began: a clock was wrong, and the period is taken as stated
        case
            when (fetched_at at time zone timezone)::date < window_start then window_end
            else least(window_end, (fetched_at at time zone timezone)::date)
        end as known_end
    from latest
),

nested as (
    select
        outside.export_id as outer_id,
        inside.export_id as inner_id,
        outside.known_end,
        outside.known_end - outside.window_start + 1 as outer_days,
        unnest(generate_series(inside.window_start, inside.window_end, interval 1 day)) as inner_day
    from known as outside
    join known as inside
        on outside.org_id is not distinct from inside.org_id
        and inside.window_start >= outside.window_start
        and inside.window_end <= outside.window_end
        and inside.export_id <> outside.export_id
    where outside.window_end > outside.window_start
),

-- longer windows that shorter ones cover completely
covered as (
    select outer_id
    from nested
    where inner_day <= known_end
    group by outer_id
    having count(distinct inner_day) = any_value(outer_days)
),

-- shorter windows inside a longer one that is not covered
contained as (
    select distinct inner_id
    from nested
    where outer_id not in (select outer_id from covered)
)

select *
from known
where export_id not in (select outer_id from covered)
  and export_id not in (select inner_id from contained);

comment on view counted_exports is 'One row per export whose rows count: newest of its window, and not counted twice with a longer or shorter one.';
comment on column counted_exports.export_id is 'Name of the export, and of its files under data/raw.';
comment on column counted_exports.org_id is 'Workspace; NULL for a day without usage while no answer has named the workspace yet.';
comment on column counted_exports.window_start is 'First local day of the period asked for.';
comment on column counted_exports.window_end is 'Last local day of the period asked for.';
comment on column counted_exports.timezone is 'IANA zone of the period asked for.';
comment on column counted_exports.group_by is '''model'', or NULL for an export with one row per API key.';
comment on column counted_exports.fetched_at is 'When the answer was received.';
comment on column counted_exports.record_count is 'Rows in the export; 0 where the service had no data.';
comment on column counted_exports.sha256 is 'Of the CSV as received, content encoding undone; NULL where the service had no data.';
comment on column counted_exports.source is 'The API base that answered, or the name of the file that was loaded.';
comment on column counted_exports.known_end is 'Last local day of which the export can know: the last of the period, or the day it was received.';
comment on column counted_exports.date_form is 'How the dates were written that the service took: plain (local time), z (the same with a Z); NULL for a file that was loaded.';
comment on column counted_exports.asked_from is 'First day of all that the fetch asked for which brought the export; NULL for a file that was loaded.';
comment on column counted_exports.superseded_by is 'The newer export of the same period and grouping, if any.';
