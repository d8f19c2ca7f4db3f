-- Whose the API keys are, by when a file said so; never edited.
create table if not exists key_owner_loads (
    loaded_at   timestamptz primary key,
    line_count  bigint not null
);
comment on table key_owner_loads is 'One row per keys file that was loaded, kept forever.';
comment on column key_owner_loads.loaded_at is 'When it was loaded; it holds until the next one.';
comment on column key_owner_loads.line_count is 'Lines in the file.';

create table if not exists loaded_key_owners (
    loaded_at     timestamptz not null,
    api_key_id    varchar not null,
    team          varchar,
    cost_center   varchar,
    owner         varchar,
    valid_from    date,
    successor_of  varchar
);
comment on table loaded_key_owners is 'One row per line of each keys file that was loaded: whose an API key is, from a day on.';
comment on column loaded_key_owners.loaded_at is 'When the file was loaded.';
comment on column loaded_key_owners.api_key_id is 'API key.';
comment on column loaded_key_owners.team is 'Team; NULL for none.';
comment on column loaded_key_owners.cost_center is 'Cost centre; NULL for none.';
comment on column loaded_key_owners.owner is 'Person or group who answers for the key; NULL for none.';
comment on column loaded_key_owners.valid_from is 'First local day of this state; NULL: from the beginning.';
comment on column loaded_key_owners.successor_of is 'The rotated API key that this one follows; NULL for none.';
