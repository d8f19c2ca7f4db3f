-- Complete months whose ungrouped export is missing, or older than one of their days.
with grouped_days as (
    select date_trunc('month', window_start)::date as month, window_start, fetched_at
    from exports
    where superseded_by is null
      and org_id = $org_id
      and group_by = 'model'
      and window_start = window_end
),

complete as (
    select month, max(fetched_at) as newest_day
    from grouped_days
    group by month
    having count(distinct window_start) = day(last_day(month))
)

select complete.month
from complete
left join exports as whole
    on whole.org_id = $org_id
    and whole.superseded_by is null
    and whole.group_by is null
    and whole.window_start = complete.month
    and whole.window_end = last_day(complete.month)
where complete.month >= $first
  and (whole.fetched_at is null or whole.fetched_at < complete.newest_day)
order by complete.month
