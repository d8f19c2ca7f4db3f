-- One row per known day of each workspace, and of each team and API key in it: what it cost, 0 where it
-- had no usage. Days before and after those asked about tell what is ordinary. Rotated keys are one, and
-- a team has the keys that it had last: a key that changes hands changes the level of no team. Series
-- that did not cost $least_usd in all of these days are left out.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
{% set first = "($first::date - $days_before::integer)" %}
{% set last = "($last::date + $days_after::integer)" %}
with filtered_usage as (
    select * replace (chain_id as api_key_id)
    from ({{ filtered.usage(first, last) }})
    where window_start = window_end
),

known as (
    select
        stored_days.org_id,
        day,
        is_provisional,
        $first::date is null or day between $first and $last as is_asked
    from stored_days
    join counted_exports using (export_id)
    where window_start = window_end
      and ($org_id::varchar is null or stored_days.org_id = $org_id)
      and ($first::date is null or day between {{ first }} and {{ last }})
),

keys as (
    select
        org_id,
        api_key_id,
        arg_max(coalesce(team, 'unassigned'), window_end) as team,
        {{ metrics.newest_name() }} as api_key_name
    from filtered_usage
    group by org_id, api_key_id
),

costs as (
    select
        org_id,
        keys.team,
        api_key_id,
        any_value(keys.api_key_name) as api_key_name,
        window_start as day,
        sum(total_cost_usd) as total_cost_usd
    from filtered_usage
    join keys using (org_id, api_key_id)
    group by grouping sets (
        (org_id, day), (org_id, keys.team, day), (org_id, keys.team, api_key_id, day)
    )
),

series as (
    select
        org_id,
        team,
        api_key_id,
        any_value(api_key_name) as api_key_name,
        row_number() over (order by org_id, team nulls first, api_key_id nulls first) as series
    from costs
    where api_key_id is not null or team is null or team <> 'unassigned'
    group by org_id, team, api_key_id
    having sum(total_cost_usd) >= $least_usd
)

select
    series,
    series.org_id,
    series.team,
    series.api_key_id,
    if(series.api_key_id is null, null, series.api_key_name) as api_key_name,
    known.day,
    is_asked,
    is_provisional,
    coalesce(total_cost_usd, 0) as total_cost_usd
from series
join known using (org_id)
left join costs
    on costs.org_id = series.org_id
    and costs.day = known.day
    and costs.team is not distinct from series.team
    and costs.api_key_id is not distinct from series.api_key_id
order by series, known.day
