-- One row per month and group; a period across the end of a month has no month.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

per_month as (
    select
        month,
        org_id,
        {{ metrics.group(group) }} as grouped_by,
        {{ metrics.newest_name() }} as api_key_name,
        {{ metrics.costs() }},
        {{ metrics.cached_prompt_tokens() }} as cached_prompt_tokens,
        {{ metrics.cache_creation_tokens() }} as cache_creation_tokens
    from filtered_usage
    where month is not null
    group by all
),

-- the days that these costs rest on
known as (
    select month, counted_exports.org_id, count(*) as days_known
    from stored_days
    join counted_exports using (export_id)
    where month is not null
      and ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
    group by all
)

select
    per_month.*,
    days_known,
    day(last_day(month)) as days_in_month
from per_month
join known using (month, org_id)
order by month, total_cost_usd desc, org_id, grouped_by
