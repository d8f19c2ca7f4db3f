-- One row per group used in either of two periods, the one that grew most first.
, in_either as (
    select
        *,
        ($before_first::date is null
            or (window_start >= $before_first and window_end <= $before_last)) as is_before,
        ($after_first::date is null
            or (window_start >= $after_first and window_end <= $after_last)) as is_after
    from asked
),

compared as (
    select
        org_id,
        grouped_by,
        arg_max(api_key_name, (window_end, window_start)) as api_key_name,
        coalesce(sum(requests) filter (where is_before), 0)::bigint as requests_before,
        coalesce(sum(requests) filter (where is_after), 0)::bigint as requests_after,
        coalesce(sum(total_cost_usd) filter (where is_before), 0) as cost_before_usd,
        coalesce(sum(total_cost_usd) filter (where is_after), 0) as cost_after_usd,
        1e6 * sum(total_cost_usd) filter (where is_before and input_tokens is not null)
            / nullif(sum(input_tokens + sum_completion_tokens) filter (where is_before), 0)
            as cost_per_million_tokens_before_usd,
        1e6 * sum(total_cost_usd) filter (where is_after and input_tokens is not null)
            / nullif(sum(input_tokens + sum_completion_tokens) filter (where is_after), 0)
            as cost_per_million_tokens_after_usd
    from in_either
    where is_before or is_after
    group by org_id, grouped_by
)

select
    org_id,
    grouped_by,
    api_key_name,
    requests_before,
    requests_after,
    cost_before_usd,
    cost_after_usd,
    cost_after_usd - cost_before_usd as change_usd,
    change_usd / nullif(cost_before_usd, 0) as change_ratio,
    cost_before_usd / nullif(requests_before, 0) as cost_per_request_before_usd,
    cost_after_usd / nullif(requests_after, 0) as cost_per_request_after_usd,
    cost_per_million_tokens_before_usd,
    cost_per_million_tokens_after_usd
from compared
order by change_usd desc, org_id, grouped_by
