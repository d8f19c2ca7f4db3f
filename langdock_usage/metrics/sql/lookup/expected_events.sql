-- Every planned event, the earliest first; a rotated key by the id of the newest, as its usage is told.
select
    first_day,
    last_day,
    coalesce(chain_id, expected_events.api_key_id) as api_key_id,
    model,
    note
from expected_events
left join key_chains using (api_key_id)
order by all
