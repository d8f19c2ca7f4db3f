-- One row per group used in either of two periods, the one that grew most first.
, in_either as (
    select
        *,
        ($before_first::date is null
            or (window_start >= $before_first and window_end <= $before_last)) as is_before,
        ($after_first::date is null
            or (window_start >= $after_first and window_end <= $after_last)) as is_after,
        case $by
            when 'key' then api_key_id
            when 'model' then model
            when 'team' then coalesce(team, 'unassigned')
            when 'cost_center' then coalesce(cost_center, 'unassigned')
            when 'chain' then chain_id
        end as grouped_by
    from asked
),

compared as (
    select
        org_id,
        grouped_by,
        case when $by in ('key', 'chain') then arg_max(api_key_name, (window_end, window_start)) end
            as api_key_name,
        coalesce(sum(requests) filter (where is_before), 0)::bigint as requests_before,
        coalesce(sum(requests) filter (where is_after), 0)::bigint as requests_after,
        coalesce(sum(total_cost_usd) filter (where is_before), 0) as cost_before_usd,
        coalesce(sum(total_cost_usd) filter (where is_after), 0) as cost_after_usd
    from in_either
    where is_before or is_after
    group by org_id, grouped_by
)

select
    *,
    cost_after_usd - cost_before_usd as change_usd,
    change_usd / nullif(cost_before_usd, 0) as change_ratio
from compared
order by change_usd desc, org_id, grouped_by
