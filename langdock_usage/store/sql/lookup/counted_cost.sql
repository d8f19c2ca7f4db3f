-- What the periods that count and hold days of these cost.
select sum(total_cost_usd)
from counted_exports
join export_rows using (export_id)
where counted_exports.org_id = $org_id
  and counted_exports.window_start <= $last
  and counted_exports.window_end >= $first
