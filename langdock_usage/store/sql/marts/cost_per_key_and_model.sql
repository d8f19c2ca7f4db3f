create or replace view cost_per_key_and_model as
select
    month,
    org_id,
    api_key_id,
    model,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_prompt_tokens)::bigint as sum_prompt_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(cached_prompt_tokens)::bigint as cached_prompt_tokens,
    sum(cache_creation_tokens)::bigint as cache_creation_tokens,
    sum(no_cache_tokens)::bigint as no_cache_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null) / nullif(sum(input_tokens), 0)
        as cache_hit_ratio,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    1e6 * sum(total_cost_usd) filter (where input_tokens is not null)
        / nullif(sum(input_tokens + sum_completion_tokens), 0) as cost_per_million_tokens_usd
from monthly_usage
group by month, org_id, api_key_id, model;

comment on view cost_per_key_and_model is 'One row per month, workspace, API key and model.';
comment on column cost_per_key_and_model.month is 'First day of the month.';
comment on column cost_per_key_and_model.org_id is 'Workspace.';
comment on column cost_per_key_and_model.api_key_id is 'API key; never changes.';
comment on column cost_per_key_and_model.model is 'Model; NULL where the export was not grouped by model.';
comment on column cost_per_key_and_model.api_key_name is 'Newest name of the key within the month and model.';
comment on column cost_per_key_and_model.requests is 'API requests.';
comment on column cost_per_key_and_model.total_cost_usd is 'API usage cost in USD, exact.';
comment on column cost_per_key_and_model.input_tokens is 'Input tokens, each counted once; where known.';
comment on column cost_per_key_and_model.sum_prompt_tokens is 'Input tokens as stated.';
comment on column cost_per_key_and_model.sum_completion_tokens is 'Output tokens.';
comment on column cost_per_key_and_model.cached_prompt_tokens is 'Input tokens read from the cache.';
comment on column cost_per_key_and_model.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column cost_per_key_and_model.no_cache_tokens is 'Input tokens that did not come from the cache.';
comment on column cost_per_key_and_model.cache_hit_ratio is 'Sum of cached_prompt_tokens / sum of input_tokens, over rows with known input_tokens; 0 to 1 or NULL.';
comment on column cost_per_key_and_model.cost_per_request_usd is 'total_cost_usd / requests; NULL without requests.';
comment on column cost_per_key_and_model.cost_per_million_tokens_usd is 'Cost / (input_tokens + sum_completion_tokens) * 1,000,000, over rows with known input_tokens; NULL without tokens.';
