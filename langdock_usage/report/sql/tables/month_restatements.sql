-- What newer exports said differently about periods of this month.
create table month_restatements as
select
    restatements.window_start,
    restatements.window_end,
    previous.fetched_at at time zone 'UTC' as received_before_utc,
    restated_at at time zone 'UTC' as restated_at_utc,
    requests_before,
    requests_after,
    total_cost_usd_before,
    total_cost_usd_after,
    difference_usd
from restatements
join exports as previous on previous.export_id = previous_export_id
where restatements.org_id is not distinct from $org_id
  and date_trunc('month', restatements.window_start) = $month::date
  and date_trunc('month', restatements.window_end) = $month::date
  -- periods that are not counted changed nothing here
  and (
      restatements.org_id, restatements.window_start, restatements.window_end,
      coalesce(restatements.group_by, '')
  ) in (
      select (org_id, window_start, window_end, coalesce(group_by, ''))
      from counted_exports
  )
