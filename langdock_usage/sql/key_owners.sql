-- Whose an API key is, as a file said: one row per key and first day of a state.
create table if not exists key_owners (
    api_key_id    varchar not null,
    team          varchar,
    cost_center   varchar,
    owner         varchar,
    valid_from    date,
    successor_of  varchar
);
comment on table key_owners is 'One row per line of the keys file: whose an API key is, from a day on.';
comment on column key_owners.api_key_id is 'API key.';
comment on column key_owners.team is 'Team; NULL for none.';
comment on column key_owners.cost_center is 'Cost centre; NULL for none.';
comment on column key_owners.owner is 'Person or group who answers for the key; NULL for none.';
comment on column key_owners.valid_from is 'First local day of this state; NULL: from the beginning.';
comment on column key_owners.successor_of is 'The rotated API key that this one follows; NULL for none.';
