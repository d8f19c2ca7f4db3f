-- Days of a period that are known, of any workspace where none is given.
select day
from stored_days
where day between $first and $last
  and ($org_id is null or org_id = $org_id)
