-- Single days only: an export has no finer time resolution than the period it was asked for.
create or replace view daily_cost as
select
    window_start as day,
    org_id,
    api_key_id,
    model,
    api_key_name,
    requests,
    total_cost_usd,
    sum_prompt_tokens,
    sum_completion_tokens,
    cached_prompt_tokens,
    cache_creation_tokens,
    no_cache_tokens,
    total_cost_usd / nullif(requests, 0) as cost_per_request_usd,
    1e6 * total_cost_usd / nullif(input_tokens + sum_completion_tokens, 0)
        as cost_per_million_tokens_usd
from usage
where window_start = window_end;

comment on view daily_cost is 'One row per local day, workspace, API key and model.';
comment on column daily_cost.day is 'Local day in the zone of the workspace.';
comment on column daily_cost.org_id is 'Workspace.';
comment on column daily_cost.api_key_id is 'API key; never changes.';
comment on column daily_cost.model is 'Model; NULL where the export was not grouped by model.';
comment on column daily_cost.api_key_name is 'Name of the key as stated on that day.';
comment on column daily_cost.requests is 'API requests.';
comment on column daily_cost.total_cost_usd is 'API usage cost in USD, exact.';
comment on column daily_cost.sum_prompt_tokens is 'Input tokens as stated.';
comment on column daily_cost.sum_completion_tokens is 'Output tokens.';
comment on column daily_cost.cached_prompt_tokens is 'Input tokens read from the cache.';
comment on column daily_cost.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column daily_cost.no_cache_tokens is 'Input tokens that did not come from the cache.';
comment on column daily_cost.cost_per_request_usd is 'total_cost_usd / requests; NULL without requests.';
comment on column daily_cost.cost_per_million_tokens_usd is 'Cost / (input_tokens + sum_completion_tokens) * 1,000,000; NULL where tokens are unknown or 0.';
