-- Every local day that an export which counts covers, and whether late usage may still change it.
with days as (
    select
        org_id,
        timezone,
        unnest(generate_series(window_start, known_end, interval 1 day)) as day,
        window_end,
        fetched_at,
        export_id
    from counted_exports
)

select
    org_id,
    day::date as day,
    export_id,
    fetched_at,
    -- usage is late by up to three days
    (fetched_at at time zone timezone)::date < window_end + 4 as is_provisional
from days
