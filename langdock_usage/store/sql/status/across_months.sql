-- Periods that count but lie in no single month, and so in no monthly view.
select window_start, window_end
from counted_exports
where org_id = $org_id
  and date_trunc('month', window_start) <> date_trunc('month', window_end)
order by window_start
