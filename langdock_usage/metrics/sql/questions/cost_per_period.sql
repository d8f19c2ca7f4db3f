-- One row per period that counts (a day, or longer where no single days are known) and group; a period
-- without usage has no group and cost nothing.
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
        {{ metrics.costs() }}
    from filtered_usage
    group by all
),

known as (
    select org_id, window_start, window_end
    from counted_exports
    where ($org_id::varchar is null or org_id = $org_id)
      and ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
)

select
    window_start as first_day,
    window_end as last_day,
    org_id,
    grouped_by,
    api_key_name,
    coalesce(requests, 0) as requests,
    coalesce(total_cost_usd, 0) as total_cost_usd,
    used.* exclude (
        org_id, window_start, window_end, grouped_by, api_key_name, requests, total_cost_usd
    )
from known
left join used using (org_id, window_start, window_end)
order by first_day, last_day, org_id, total_cost_usd desc, grouped_by
