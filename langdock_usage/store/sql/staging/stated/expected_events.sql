-- What was planned, as the file said that was loaded last.
select first_day, last_day, api_key_id, model, note
from loaded_expected_events
where loaded_at = (select max(loaded_at) from reference_loads where file = 'expected')
