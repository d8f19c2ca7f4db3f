-- The export of this whole month, not grouped by model, that states what the days should add up to.
create table whole_month as
select export_id
from exports
where superseded_by is null
  and group_by is null
  and org_id = $org_id
  and window_start = $month::date
  and window_end = last_day($month::date)
