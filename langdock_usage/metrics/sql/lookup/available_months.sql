-- The months of which at least one period is known.
select distinct date_trunc('month', window_start)::date as month
from counted_exports
where ($org_id::varchar is null or org_id = $org_id)
  and date_trunc('month', window_start) = date_trunc('month', window_end)
order by month
