-- The prices that applied to the models in this database, as they were worked out; never edited. A new
-- book is made when own prices are loaded, or when the list of the package is another one.
create table if not exists price_books (
    book          bigint primary key,
    made_at       timestamptz not null,
    list_version  varchar not null,
    list_sha256   varchar not null,
    sha256        varchar not null
);

-- Per million tokens, with as many digits as people may state.
create table if not exists model_prices (
    book                         bigint not null,
    org_id                       varchar not null,
    model                        varchar not null,
    first_day                    date not null,
    last_day                     date not null,
    above_tokens                 bigint not null,
    price_source                 varchar,
    entry                        varchar,
    found_by                     varchar,
    input_usd_per_mtok           decimal(18, 9),
    output_usd_per_mtok          decimal(18, 9),
    cache_read_usd_per_mtok      decimal(18, 9),
    cache_write_usd_per_mtok     decimal(18, 9),
    cache_write_1h_usd_per_mtok  decimal(18, 9)
);
