select *
from query_table($view)
where ($org_id::varchar is null or org_id = $org_id)
  and ($first::date is null or day between $first and $last)
