select distinct model
from usage
where model is not null
order by model
