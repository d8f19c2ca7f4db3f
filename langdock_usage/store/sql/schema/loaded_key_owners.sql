-- Whose the API keys are, by when a file said so; never edited.
create table if not exists key_owner_loads (
    loaded_at   timestamptz primary key,
    line_count  bigint not null
);

create table if not exists loaded_key_owners (
    loaded_at     timestamptz not null,
    api_key_id    varchar not null,
    team          varchar,
    cost_center   varchar,
    owner         varchar,
    valid_from    date,
    successor_of  varchar
);
