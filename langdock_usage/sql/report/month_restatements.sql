-- What newer exports said differently about periods of this month.
create table month_restatements as
select
    window_start,
    window_end,
    restated_at at time zone 'UTC' as restated_at_utc,
    requests_before,
    requests_after,
    total_cost_usd_before,
    total_cost_usd_after,
    difference_usd
from restatements
where org_id is not distinct from $org_id
  and date_trunc('month', window_start) = $month::date
  and date_trunc('month', window_end) = $month::date
  and (group_by = 'model' or export_id in (select export_id from counted_exports))
