-- The exports whose rows count in a period, the oldest period first.
select
    export_id,
    org_id,
    window_start as first_day,
    window_end as last_day,
    timezone,
    group_by,
    fetched_at,
    record_count,
    sha256,
    source
from counted_exports
where ($org_id::varchar is null or org_id is not distinct from $org_id)
  and ($first::date is null or window_start >= $first)
  and ($last::date is null or window_end <= $last)
order by window_start, window_end, org_id
