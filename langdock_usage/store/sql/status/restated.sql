select
    window_start,
    window_end,
    restated_at,
    difference_usd,
    requests_after - requests_before
from restatements
where org_id = $org_id
order by restated_at, window_start, window_end
