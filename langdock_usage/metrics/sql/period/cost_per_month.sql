-- One row per month and group; a period across the end of a month has no month.
, of_month as (
    select *, date_trunc('month', window_start)::date as month
    from asked
    where date_trunc('month', window_start) = date_trunc('month', window_end)
),

costs as (
    select
        month,
        org_id,
        grouped_by,
        arg_max(api_key_name, (window_end, window_start)) as api_key_name,
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(sum_completion_tokens)::bigint as sum_completion_tokens,
        sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
        sum(cached_prompt_tokens) filter (where input_tokens is not null)
            / nullif(sum(input_tokens), 0) as cache_hit_ratio,
        1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
            / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
    from of_month
    group by month, org_id, grouped_by
),

-- the days that these costs rest on
known as (
    select
        date_trunc('month', day)::date as month,
        counted_exports.org_id,
        count(*) as days_known
    from stored_days
    join counted_exports using (export_id)
    where date_trunc('month', window_start) = date_trunc('month', window_end)
      and ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
    group by all
)

select
    costs.*,
    days_known,
    day(last_day(month)) as days_in_month
from costs
join known using (month, org_id)
order by month, total_cost_usd desc, org_id, grouped_by
