select
    window_start,
    window_end,
    strftime(restated_at, '%Y-%m-%d %H:%M:%S'),
    difference_usd,
    requests_after - requests_before
from restatements
where org_id = $org_id
order by restated_at, window_start, window_end
