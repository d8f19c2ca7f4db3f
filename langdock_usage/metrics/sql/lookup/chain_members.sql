-- The API keys with usage that were rotated into one of these, or out of one of them.
select distinct api_key_id
from usage_sums
where chain_id in (select chain_id from usage_sums where list_contains($keys, api_key_id))
order by api_key_id
