-- One row per month and group; a period across the end of a month has no month. Without a group, a
-- month that is known and has no usage has a row, too.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with filtered_usage as ({{ filtered.usage() }}),

per_month as (
    select
        month,
        org_id,
        {{ metrics.group(group) }} as grouped_by,
        {{ metrics.name_of_group(group) }} as api_key_name,
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
      and ($org_id::varchar is null or counted_exports.org_id = $org_id)
      and ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
    group by all
)

select
    month,
    org_id,
    grouped_by,
    api_key_name,
    coalesce(requests, 0) as requests,
    coalesce(total_cost_usd, 0) as total_cost_usd,
    per_month.* exclude (month, org_id, grouped_by, api_key_name, requests, total_cost_usd),
    days_known,
    day(last_day(month)) as days_in_month
from known
{{ "join" if group else "left join" }} per_month using (month, org_id)
where org_id is not null
order by month, total_cost_usd desc, org_id, grouped_by
