-- One row per day, or longer period, from the first to the last with usage of the keys asked about,
-- and per key. A period without usage has no key and 0 requests; a day of which nothing is known has
-- no key and NULL requests.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

used as (
    select
        org_id,
        window_start,
        window_end,
        api_key_id,
        {{ metrics.newest_name() }} as api_key_name,
        {{ metrics.costs() }}
    from filtered_usage
    group by org_id, window_start, window_end, api_key_id
),

lives as (
    select org_id, min(window_start) as first_day, max(window_end) as last_day
    from used
    group by org_id
),

known as (
    select counted_exports.org_id, window_start, window_end
    from counted_exports
    join lives using (org_id)
    where window_start >= first_day and window_end <= last_day
),

days as (
    select org_id, unnest(generate_series(first_day, last_day, interval 1 day))::date as day
    from lives
),

unknown as (
    select org_id, day as window_start, day as window_end
    from days
    anti join known
        on days.org_id = known.org_id and day between known.window_start and known.window_end
)

select
    window_start as first_day,
    window_end as last_day,
    org_id,
    api_key_id,
    api_key_name,
    coalesce(requests, no_requests) as requests,
    coalesce(total_cost_usd, no_requests) as total_cost_usd,
    if(api_key_id is null, no_requests, input_tokens) as input_tokens,
    if(api_key_id is null, no_requests, sum_completion_tokens) as sum_completion_tokens,
    cache_hit_ratio,
    cost_per_request_usd,
    cost_per_million_tokens_usd
from (
    select *, 0 as no_requests from known
    union all
    select *, null as no_requests from unknown
)
left join used using (org_id, window_start, window_end)
order by first_day, org_id, api_key_id
