-- Every workspace with its time zone.
select distinct org_id, timezone
from exports
where org_id is not null
order by org_id
