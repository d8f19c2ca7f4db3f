select *
from daily_cost
where ($org_id is null or org_id = $org_id)
  and day between $first and $last
order by day, api_key_id, model
