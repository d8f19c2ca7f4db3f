-- Periods with usage of a key in which it changed hands; they count for the owner on the last day.
select distinct usage.window_start, usage.window_end, usage.api_key_id
from usage
join key_ownership
    on key_ownership.api_key_id = usage.api_key_id
    and key_ownership.valid_from > usage.window_start
    and key_ownership.valid_from <= usage.window_end
order by all
