-- How many known periods lie within these days, and which ones reach beyond them.
select
    count(*) filter (where window_start >= $first and window_end <= $last) as within,
    list([window_start, window_end] order by window_start, window_end)
        filter (where not (window_start >= $first and window_end <= $last)) as beyond
from counted_exports
where ($org_id::varchar is null or org_id = $org_id)
  and window_start <= $last
  and window_end >= $first
