-- The export, rows and cost of each day that is stored as a day of its own and has usage.
select
    exports.window_start,
    exports.export_id,
    exports.record_count,
    sum(export_rows.total_cost_usd)
from exports
join export_rows using (export_id)
where exports.superseded_by is null
  and exports.org_id is not distinct from $org_id
  and exports.window_start between $first and $last
  and exports.window_start = exports.window_end
  and exports.group_by = 'model'
group by exports.window_start, exports.export_id, exports.record_count
