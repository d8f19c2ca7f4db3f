-- The exports whose rows count in this month.
create table month_exports as
select
    export_id,
    window_start,
    window_end,
    timezone,
    fetched_at at time zone 'UTC' as fetched_at_utc,
    record_count,
    sha256
from counted_exports
where org_id is not distinct from $org_id
  and date_trunc('month', window_start) = $month::date
  and date_trunc('month', window_end) = $month::date
