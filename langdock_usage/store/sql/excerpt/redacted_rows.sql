{% macro pseudonym(kind, column) -%}
(select any_value(pseudonym) from pseudonyms where kind = '{{ kind }}' and pseudonyms.name = original_rows.{{ column }})
{%- endmacro %}
{#- where each name stands, and what kind of name it is -#}
{% set kinds = {
    "api_key_id": "key",
    "successor_of": "key",
    "team": "team",
    "cost_center": "cost_center",
    "owner": "owner",
} %}
-- The rows of a table, with a pseudonym in place of each name. A key has one, whatever it was called.
-- A budget names its key, team or cost centre in any case of letters, a key by any name it ever had.
-- What people wrote in their own words is left out, and so is where a file came from.
insert into {{ table }} by name
select
{% for column in columns %}
{% if column in kinds %}
    {{ pseudonym(kinds[column], column) }} as {{ column }},
{% elif column == "api_key_name" %}
    {{ pseudonym("key", "api_key_id") }} as api_key_name,
{% elif column == "name" and table == "loaded_budgets" %}
    case
        when scope in ('workspace', 'model') then name
        when scope = 'key' then coalesce(
            (
                select any_value(pseudonym)
                from pseudonyms
                where kind = 'key' and lower(pseudonyms.name) = lower(original_rows.name)
            ),
            (
                select any_value(pseudonym)
                from original.main.export_rows as named
                join pseudonyms on kind = 'key' and pseudonyms.name = named.api_key_id
                where lower(named.api_key_name) = lower(original_rows.name)
            ),
            'key-unknown'
        )
        else coalesce(
            (
                select any_value(pseudonym)
                from pseudonyms
                where kind = scope and lower(pseudonyms.name) = lower(original_rows.name)
            ),
            scope || '-unknown'
        )
    end as name,
{% elif column == "note" %}
    null as note,
{% elif column == "source" %}
    'redacted' as source,
{% else %}
    original_rows.{{ column }},
{% endif %}
{% endfor %}
from original.main.{{ table }} as original_rows
