-- One row per known day up to $until and group; without a group, a day without usage has a row, too. A
-- longer period is spread evenly over its days, its exact cost stands on the first of them. A period
-- across the end of a month has no days.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with filtered_usage as ({{ filtered.usage() }}),

used as (
    select
        org_id,
        window_start,
        window_end,
        {{ metrics.group(group) }} as grouped_by,
        {{ metrics.name_of_group(group) }} as api_key_name,
        sum(total_cost_usd) as total_cost_usd
    from filtered_usage
    group by all
),

known as (
    select
        counted_exports.org_id,
        window_start,
        window_end,
        stored_days.day,
        count(*) over (partition by export_id) as day_count
    from stored_days
    join counted_exports using (export_id)
    where month is not null
      and counted_exports.org_id is not null
      and ($org_id::varchar is null or counted_exports.org_id = $org_id)
      and ($until::date is null or known_end <= $until)
)

select
    day,
    org_id,
    grouped_by,
    api_key_name,
    coalesce(total_cost_usd, 0)::double / day_count as day_cost_usd,
    case
        when day = window_start and day between $month_first and $month_last then total_cost_usd
    end as total_cost_usd
from known
{{ "join" if group else "left join" }} used using (org_id, window_start, window_end)
order by org_id, grouped_by, day
