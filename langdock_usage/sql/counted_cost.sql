-- What the periods that count and hold days of these cost, and whether this export is one of them.
select
    sum(total_cost_usd) as total_cost_usd,
    coalesce(bool_or(export_id = $export_id), false) as is_counted
from counted_exports
left join export_rows using (export_id)
where org_id = $org_id
  and window_start <= $last
  and window_end >= $first
