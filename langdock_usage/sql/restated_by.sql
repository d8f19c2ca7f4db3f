-- What an export changed of what was stored: the period, and its cost before and now.
select window_start, window_end, total_cost_usd_before, total_cost_usd_after
from restatements
where export_id = $export_id
