-- Periods that are counted and hold days of this month, but reach beyond it.
select window_start, window_end
from counted_exports
where org_id = $org_id
  and window_start <= last_day($month::date)
  and window_end >= $month::date
  and date_trunc('month', window_start) <> date_trunc('month', window_end)
order by window_start
