-- Every model of every workspace, by name.
select distinct org_id, model
from usage
where model is not null
order by org_id, model
