-- Adds up to the total: what has no cost centre stands in the line 'unassigned'.
create or replace view cost_per_cost_center as
select
    date_trunc('month', window_start)::date as month,
    org_id,
    coalesce(cost_center, 'unassigned') as cost_center,
    count(distinct api_key_id) as key_count,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from owned_usage
where date_trunc('month', window_start) = date_trunc('month', window_end)
group by all;

comment on view cost_per_cost_center is 'One row per month, workspace and cost centre; the lines add up to the total of the month.';
comment on column cost_per_cost_center.month is 'First day of the month.';
comment on column cost_per_cost_center.org_id is 'Workspace.';
comment on column cost_per_cost_center.cost_center is 'Cost centre of the key on the last day of each period; ''unassigned'' for none.';
comment on column cost_per_cost_center.key_count is 'API keys with usage.';
comment on column cost_per_cost_center.requests is 'API requests.';
comment on column cost_per_cost_center.total_cost_usd is 'API usage cost in USD, exact.';
comment on column cost_per_cost_center.input_tokens is 'Input tokens, each counted once; where known.';
comment on column cost_per_cost_center.sum_completion_tokens is 'Output tokens; where known.';
comment on column cost_per_cost_center.cost_per_request_usd is 'total_cost_usd / requests; NULL without requests.';
comment on column cost_per_cost_center.cache_hit_ratio is 'Sum of cached_prompt_tokens / sum of input_tokens, over rows with known input_tokens; 0 to 1 or NULL.';
comment on column cost_per_cost_center.cost_per_million_tokens_usd is 'Cost / (input_tokens + sum_completion_tokens) * 1,000,000, over rows with known input_tokens; NULL without tokens.';
