-- Every calendar day of a period, per workspace: is its usage known, and may it still change?
with workspaces as (
    select distinct org_id
    from exports
    where org_id is not null and ($org_id::varchar is null or org_id = $org_id)
),

known as (
    select
        stored_days.org_id,
        day,
        is_provisional,
        window_start = window_end as is_single_day
    from stored_days
    join counted_exports using (export_id)
    where ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
),

calendar as (
    select unnest(generate_series(
        coalesce(nullif($first::date, date '0001-01-01'), (select min(day) from known)),
        coalesce(nullif($last::date, date '9999-12-31'), (select max(day) from known)),
        interval 1 day
    ))::date as day
)

select
    calendar.day,
    workspaces.org_id,
    known.day is not null as is_known,
    coalesce(is_provisional, false) as is_provisional,
    coalesce(is_single_day, false) as is_single_day
from calendar
cross join workspaces
left join known on known.day = calendar.day and known.org_id = workspaces.org_id
order by calendar.day, workspaces.org_id
