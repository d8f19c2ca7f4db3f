-- How many rows came in with each export, and whether it states an API key and model twice.
select export_id, count(*), count(*) > count(distinct (api_key_id, model))
from export_rows
where export_id in (select unnest($export_ids))
group by export_id
