-- Every name that each API key ever had.
select distinct api_key_id, api_key_name
from usage_sums
where api_key_id is not null
order by api_key_id, api_key_name
