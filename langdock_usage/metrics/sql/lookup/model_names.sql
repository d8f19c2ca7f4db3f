select distinct model
from usage_sums
where api_key_id is null and model is not null
order by model
