-- What counts in a period: its known days, and the requests and cost of all that holds some of them.
select
    (
        select count(distinct day)
        from stored_days
        where org_id = $org_id and day between $first and $last
    ),
    coalesce(sum(requests)::bigint, 0),
    coalesce(sum(total_cost_usd), 0)
from counted_exports
join export_rows using (export_id)
where counted_exports.org_id = $org_id
  and counted_exports.window_start <= $last
  and counted_exports.window_end >= $first
