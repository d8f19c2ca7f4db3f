-- How well prompt caching works, over the rows whose input tokens are known.
select
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
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null)::bigint
        as cached_prompt_tokens,
    sum(cache_creation_tokens) filter (where input_tokens is not null)::bigint
        as cache_creation_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio
from asked
group by org_id, grouped_by
order by input_tokens desc nulls last, org_id, grouped_by
