{#- The rows of a table of several databases, with the database that says them. -#}
{% macro all_of(databases, table) %}
(
        {% for database in databases %}
        select '{{ database }}' as database, * from {{ database }}.{{ table }}
        {{ "union all by name" if not loop.last }}
        {% endfor %}
    )
{%- endmacro %}

{#- the workspaces of each database -#}
{% macro workspaces(databases) %}
(
        select distinct database, org_id
        from {{ all_of(databases, "exports") }}
        where org_id is not null
    )
{%- endmacro %}
