-- Whose an API key is, as the file said that was loaded last: one row per key and first day of a state.
select api_key_id, team, cost_center, owner, valid_from, successor_of
from loaded_key_owners
where loaded_at = (select max(loaded_at) from reference_loads where file = 'keys')
