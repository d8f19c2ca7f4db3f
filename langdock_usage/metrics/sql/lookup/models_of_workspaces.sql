-- Every model of every workspace, by name.
select distinct org_id, model
from usage_sums
where api_key_id is null and model is not null
order by org_id, model
