-- What the periods that count and hold days of these cost.
select sum(total_cost_usd)
from counted_exports
join export_rows using (export_id)
where org_id = $org_id
  and window_start <= $last
  and window_end >= $first
