-- Every local day that an export which counts covers, and whether late usage may still change it.
create or replace view stored_days as
with days as (
    select
        org_id,
        timezone,
        unnest(generate_series(window_start, known_end, interval 1 day))::date as day,
        window_end,
        fetched_at,
        export_id
    from counted_exports
)

select
    org_id,
    day,
    export_id,
    fetched_at,
    -- usage is late by up to three days
    fetched_at < ((window_end + 4)::timestamp at time zone timezone) as is_provisional
from days;

comment on view stored_days is 'One row per workspace and local day that the database covers.';
comment on column stored_days.org_id is 'Workspace; NULL while no answer has named it.';
comment on column stored_days.day is 'Local day in the zone of the workspace.';
comment on column stored_days.export_id is 'The export that counts for the day.';
comment on column stored_days.fetched_at is 'When that export was received.';
comment on column stored_days.is_provisional is 'Received less than three days after the end of its period: late usage may still change it.';
