-- The lines of every reference file of a kind that was loaded; never edited.
create table if not exists {{ table }} (loaded_at timestamptz not null);
{% for column, type in columns %}
alter table {{ table }} add column if not exists {{ column }} {{ type }};
{% endfor %}
