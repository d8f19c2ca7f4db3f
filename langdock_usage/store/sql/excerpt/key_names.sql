-- Every id and name of a key, without regard to case, with whose it was: before this month, or in it.
create temp table key_names as
select distinct
    api_key_id,
    unnest([lower(api_key_id), lower(api_key_name)]) as name,
    owned_by,
    window_end >= date_trunc('month', $last::date) as is_of_month
from own_rows
