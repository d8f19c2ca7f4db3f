create or replace view cost_per_model as
select
    month,
    org_id,
    model,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from monthly_usage
group by month, org_id, model;

comment on view cost_per_model is 'One row per month, workspace and model; model is NULL for exports not grouped by model.';
comment on column cost_per_model.month is 'First day of the month.';
comment on column cost_per_model.org_id is 'Workspace.';
comment on column cost_per_model.model is 'Model; NULL where the export was not grouped by model.';
comment on column cost_per_model.requests is 'API requests.';
comment on column cost_per_model.total_cost_usd is 'API usage cost in USD, exact.';
comment on column cost_per_model.input_tokens is 'Input tokens, each counted once; where known.';
comment on column cost_per_model.sum_completion_tokens is 'Output tokens; where known.';
comment on column cost_per_model.cost_per_request_usd is 'total_cost_usd / requests; NULL without requests.';
comment on column cost_per_model.cache_hit_ratio is 'Sum of cached_prompt_tokens / sum of input_tokens, over rows with known input_tokens; 0 to 1 or NULL.';
comment on column cost_per_model.cost_per_million_tokens_usd is 'Cost / (input_tokens + sum_completion_tokens) * 1,000,000, over rows with known input_tokens; NULL without tokens.';
