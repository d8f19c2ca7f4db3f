-- The file as it stands: nobody but people knows what was planned.
select * replace (first_day::varchar as first_day, last_day::varchar as last_day)
from expected_events
order by first_day, last_day, api_key_id, model
