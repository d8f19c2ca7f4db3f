-- Of some exports: the first that overlaps another one without one containing the other. A day lies
-- within another period or outside of it.
select
    longer.export_id,
    other.export_id,
    other.window_start,
    other.window_end
from exports as longer
join exports as other
    on other.org_id = longer.org_id
    and other.superseded_by is null
    and other.window_start <= longer.window_end
    and other.window_end >= longer.window_start
    and not (other.window_start <= longer.window_start and other.window_end >= longer.window_end)
    and not (other.window_start >= longer.window_start and other.window_end <= longer.window_end)
where longer.export_id in (select unnest($export_ids::varchar[]))
  and longer.window_end > longer.window_start
order by other.window_start, other.window_end, other.export_id
limit 1
