-- What was planned for one's own keys, or for any; not what somebody wrote about it.
select * replace (null as note)
from loaded_expected_events
where loaded_at = (select max(loaded_at) from reference_loads where file = 'expected')
  and first_day <= $last
  and (api_key_id is null or api_key_id in (select api_key_id from own_rows where owned_by = $name))
  and (model is null or model in (select model from own_rows where owned_by = $name))
