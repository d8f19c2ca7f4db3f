-- One row per workspace asked about: how many days of a period are known, by exports that lie within
-- it, and how many of them late usage may still change. An end that is open (the first or last day of
-- the calendar) is where the known days end. The workspace is named where there are several.
with known as (
    select counted_exports.org_id, day, is_provisional
    from stored_days
    join counted_exports using (export_id)
    where window_start >= $first and window_end <= $last
),

workspaces as (
    select distinct org_id, timezone, count(distinct org_id) over () > 1 as are_several
    from exports
    where org_id is not null
)

select
    if(any_value(are_several), org_id, null) as workspace,
    any_value(timezone) as timezone,
    coalesce(nullif($first::date, date '0001-01-01'), min(day)) as first_day,
    coalesce(nullif($last::date, date '9999-12-31'), max(day)) as last_day,
    count(day) as days_known,
    count(*) filter (where is_provisional) as provisional_days
from workspaces
left join known using (org_id)
where $org_id::varchar is null or org_id = $org_id
group by org_id
having first_day is not null and last_day is not null
order by org_id
