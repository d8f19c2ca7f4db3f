-- How well prompt caching works, over the rows whose input tokens are known.
select
    org_id,
    model,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null)::bigint
        as cached_prompt_tokens,
    sum(cache_creation_tokens) filter (where input_tokens is not null)::bigint
        as cache_creation_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio
from usage
where ($org_id is null or org_id = $org_id)
  and window_start >= $first
  and window_end <= $last
group by org_id, model
order by input_tokens desc nulls last, model
