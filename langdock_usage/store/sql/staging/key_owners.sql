-- Whose an API key is, as the file said that was loaded last: one row per key and first day of a state.
create or replace view key_owners as
select * exclude (loaded_at)
from loaded_key_owners
where loaded_at = (select max(loaded_at) from key_owner_loads);

comment on view key_owners is 'One row per line of the keys file that was loaded last: whose an API key is, from a day on.';
comment on column key_owners.api_key_id is 'API key.';
comment on column key_owners.team is 'Team; NULL for none.';
comment on column key_owners.cost_center is 'Cost centre; NULL for none.';
comment on column key_owners.owner is 'Person or group who answers for the key; NULL for none.';
comment on column key_owners.valid_from is 'First local day of this state; NULL: from the beginning.';
comment on column key_owners.successor_of is 'The rotated API key that this one follows; NULL for none.';
