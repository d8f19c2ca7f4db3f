-- Which reference files were loaded, and when: the last one of each kind holds.
create table if not exists reference_loads (
    file        varchar not null,
    loaded_at   timestamptz not null,
    line_count  bigint not null,
    primary key (file, loaded_at)
);
