-- The workspaces file as it stands, and a line for each workspace that it lacks, costliest first.
with workspaces as (
    select distinct org_id, timezone
    from exports
    where org_id is not null
),

costs as (
    select org_id, sum(total_cost_usd) as total_cost_usd
    from usage
    group by org_id
)

select
    coalesce(workspace_names.org_id, workspaces.org_id) as org_id,
    name,
    timezone,
    total_cost_usd
from workspaces
full join workspace_names on workspace_names.org_id = workspaces.org_id
left join costs on costs.org_id = workspaces.org_id
order by total_cost_usd desc nulls last, coalesce(workspace_names.org_id, workspaces.org_id)
