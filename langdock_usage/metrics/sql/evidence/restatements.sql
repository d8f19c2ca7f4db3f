-- What newer exports said differently about periods that count, the newest first.
select
    restatements.org_id,
    restatements.window_start as first_day,
    restatements.window_end as last_day,
    previous.fetched_at as received_before_at,
    restated_at,
    requests_before,
    requests_after,
    total_cost_usd_before as cost_before_usd,
    total_cost_usd_after as cost_after_usd,
    difference_usd as change_usd,
    rows_new,
    rows_gone,
    rows_changed,
    restatements.previous_export_id,
    restatements.export_id
from restatements
join exports as previous on previous.export_id = previous_export_id
where ($org_id::varchar is null or restatements.org_id = $org_id)
  and ($first::date is null or restatements.window_start >= $first)
  and ($last::date is null or restatements.window_end <= $last)
  -- a restatement of what does not count changes nothing
  and exists (
      from counted_exports
      where counted_exports.org_id is not distinct from restatements.org_id
        and counted_exports.window_start = restatements.window_start
        and counted_exports.window_end = restatements.window_end
        and counted_exports.group_by is not distinct from restatements.group_by
  )
order by restated_at desc, first_day, last_day
