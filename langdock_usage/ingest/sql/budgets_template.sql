-- The budgets file as it stands, and a line for each workspace, team, cost centre and key that it lacks
-- and that was used in the newest month or the one before, with what it cost in the month before.
{% import "store/metrics" as metrics %}
with recent as (
    select
        *,
        month = max(month) over () as is_newest,
        count(distinct org_id) over () > 1 as are_several
    from owned_usage
    where month is not null
      and month >= (select max(month) - interval 1 month from owned_usage)
),

groups as (
    {% for scope, column in (("workspace", ""), ("team", "team"), ("cost_center", "cost_center"),
                             ("key", "api_key_id")) %}
    select
        '{{ scope }}' as scope,
        {{ loop.index }} as place,
        {{ metrics.group(column) }} as id,
        {% if column == "api_key_id" %}
        {{ metrics.newest_name() }}
        {% else %}
        id
        {% endif %} as name,
        if(any_value(are_several), org_id, null) as org_id,
        sum(total_cost_usd) filter (where not is_newest) as last_month_usd
    from recent
    group by recent.org_id, {{ metrics.group(column) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

-- a key is called by its name where no other one has it
named as (
    select
        * replace (
            if(name is null or count(*) over (partition by scope, lower(name)) > 1, id, name) as name
        )
    from groups
    where scope = 'workspace' or id <> 'unassigned'
),

missing as (
    select named.*
    from named
    anti join budget_lines
        on budget_lines.scope = named.scope
        and (
            budget_lines.name is not distinct from named.name
            or lower(budget_lines.name) in (lower(named.id), lower(named.name))
        )
        and (budget_lines.org_id is null or budget_lines.org_id is not distinct from named.org_id)
)

select
    scope,
    name,
    amount_usd,
    strftime(valid_from, '%Y-%m') as valid_from,
    org_id,
    note,
    last_month_usd
from (from budget_lines union all by name from missing)
order by
    list_position(['workspace', 'team', 'cost_center', 'key', 'model'], scope),
    last_month_usd desc nulls first,
    lower(name),
    valid_from nulls first
