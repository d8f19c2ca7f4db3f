-- Every day of this month and the twelve before it that an export within one month covers.
create table covered_days as
select
    day,
    is_provisional,
    window_start = window_end as is_single_day,
    window_start = window_end and group_by = 'model' as is_day_by_model
from stored_days
join counted_exports using (export_id)
where stored_days.org_id is not distinct from $org_id
  and day between $month::date - interval 12 month and last_day($month::date)
  and date_trunc('month', window_start) = date_trunc('month', window_end)
