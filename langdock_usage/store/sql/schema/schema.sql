-- What was received, never edited: one row per export, and the rows that each export stated.

create table if not exists exports (
    export_id      varchar primary key,
    org_id         varchar,
    window_start   date not null,
    window_end     date not null,
    timezone       varchar not null,
    group_by       varchar,
    fetched_at     timestamptz not null,
    record_count   bigint not null,
    sha256         varchar,
    source         varchar not null,
    superseded_by  varchar,
    date_form      varchar,
    asked_from     date
);
-- a database of version 0.1 lacks some columns
alter table exports add column if not exists date_form varchar;
alter table exports add column if not exists asked_from date;

-- Money has 24 fractional digits: the service does not document its precision, and the shortest text
-- of a double of a tenth of a microdollar has 23.
-- Workspace and period are those of the export: a question about a month skips all other rows.
create table if not exists export_rows (
    export_id              varchar not null,
    org_id                 varchar,
    window_start           date,
    window_end             date,
    month                  date,
    api_key_id             varchar not null,
    api_key_name           varchar,
    model                  varchar,
    requests               bigint not null,
    total_cost_usd         decimal(38, 24) not null,
    sum_prompt_tokens      bigint,
    sum_completion_tokens  bigint,
    cached_prompt_tokens   bigint,
    cache_creation_tokens  bigint,
    no_cache_tokens        bigint,
    row_accounting         varchar,
    input_tokens           bigint
);
alter table export_rows add column if not exists org_id varchar;
alter table export_rows add column if not exists window_start date;
alter table export_rows add column if not exists window_end date;
alter table export_rows add column if not exists month date;
alter table export_rows add column if not exists row_accounting varchar;
alter table export_rows add column if not exists input_tokens bigint;

-- What an export proves of how the tokens of a model add up.
create table if not exists export_models (
    export_id     varchar not null,
    model         varchar,
    is_exclusive  boolean not null,
    is_otherwise  boolean not null
);

-- The rows of each export, added up when they come in: by API key, and again by model, which have no key.
-- What of a row decides how it counts stays apart: which token counts it lacks, and of ambiguous rows the
-- model.
create table if not exists export_sums (
    export_id              varchar not null,
    org_id                 varchar,
    window_start           date,
    window_end             date,
    month                  date,
    api_key_id             varchar,
    api_key_name           varchar,
    model                  varchar,
    requests               bigint not null,
    total_cost_usd         decimal(38, 24) not null,
    sum_prompt_tokens      bigint,
    sum_completion_tokens  bigint,
    cached_prompt_tokens   bigint,
    cache_creation_tokens  bigint,
    no_cache_tokens        bigint,
    row_accounting         varchar,
    input_tokens           bigint
);

create table if not exists schema_version (sha256 varchar not null);
