-- Does this export state an API key and model twice?
select count(*) > count(distinct (api_key_id, model))
from export_rows
where export_id = $export_id
