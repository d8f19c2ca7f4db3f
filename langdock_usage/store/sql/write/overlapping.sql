-- An export whose days overlap the given ones without one containing the other.
select export_id, window_start, window_end
from exports
where org_id = $org_id
  and superseded_by is null
  and window_start <= $window_end
  and window_end >= $window_start
  and not (window_start <= $window_start and window_end >= $window_end)
  and not (window_start >= $window_start and window_end <= $window_end)
order by window_start, window_end, export_id
limit 1
