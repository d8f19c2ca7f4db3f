-- The days of complete months against the one export of the whole month, per month and key. A month that
-- was compared and has no usage is one row without a key.
with compared as (
    select whole.window_start as month, whole.org_id
    from exports as whole
    join exports as days
        on days.org_id = whole.org_id
        and date_trunc('month', days.window_start) = whole.window_start
    where whole.superseded_by is null
      and whole.group_by is null
      and whole.window_start = date_trunc('month', whole.window_start)
      and whole.window_end = last_day(whole.window_start)
      and days.superseded_by is null
      and days.group_by = 'model'
      and days.window_start = days.window_end
    group by all
    having count(distinct days.window_start) = day(last_day(whole.window_start))
)

select *
from compared
left join reconciliation using (month, org_id)
where ($org_id::varchar is null or org_id = $org_id)
  and ($first::date is null or month >= $first)
  and ($last::date is null or last_day(month) <= $last)
order by month, org_id, api_key_id
