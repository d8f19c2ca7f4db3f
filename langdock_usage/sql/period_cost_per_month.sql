-- One row per month and group; a period across the end of a month has no month.
select
    date_trunc('month', window_start)::date as month,
    org_id,
    case $by
        when 'key' then api_key_id
        when 'model' then model
        when 'team' then coalesce(team, 'unassigned')
        when 'cost_center' then coalesce(cost_center, 'unassigned')
        when 'chain' then chain_id
    end as grouped_by,
    case when $by in ('key', 'chain') then arg_max(api_key_name, (window_end, window_start)) end
        as api_key_name,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio
from asked
where date_trunc('month', window_start) = date_trunc('month', window_end)
group by month, org_id, grouped_by
order by month, total_cost_usd desc, org_id, grouped_by
