-- The budgets of a month: of each scope and name, and workspace where one is named, the newest line.
-- Names that differ in case are one.
with lines as (
    select *, lower(coalesce(name, '')) as folded_name
    from budget_lines
    where coalesce(valid_from, date '0001-01-01') <= $month
    qualify row_number() over (
        partition by scope, folded_name, org_id
        order by valid_from desc nulls last
    ) = 1
)

select
    workspaces.org_id,
    scope,
    lines.name,
    amount_usd,
    lines.org_id is not null as is_of_workspace
from lines
cross join (select distinct org_id from exports where org_id is not null) as workspaces
where (lines.org_id is null or lines.org_id = workspaces.org_id)
  and ($org_id::varchar is null or workspaces.org_id = $org_id)
-- a line of the workspace goes before a general one
qualify row_number() over (
    partition by workspaces.org_id, scope, folded_name
    order by lines.org_id nulls last
) = 1
   and amount_usd is not null
order by
    list_position(['workspace', 'team', 'cost_center', 'key', 'model'], scope),
    workspaces.org_id,
    amount_usd desc,
    folded_name
