-- Usage: the newest statement of each period, API key and model; every input token counted once.
-- How the token columns add up is not documented, so each row is tested.
create or replace view usage as
with stated as (
    select
        counted_exports.org_id,
        counted_exports.window_start,
        counted_exports.window_end,
        counted_exports.timezone,
        export_rows.*
    from export_rows
    join counted_exports using (export_id)
),

tested as (
    select
        *,
        sum_prompt_tokens + sum_completion_tokens + cached_prompt_tokens
            + cache_creation_tokens + no_cache_tokens is not null as has_tokens,
        sum_prompt_tokens = no_cache_tokens + cached_prompt_tokens + cache_creation_tokens
            as is_inclusive,
        sum_prompt_tokens = no_cache_tokens + cached_prompt_tokens
            and cache_creation_tokens > 0
            and cache_creation_tokens <= no_cache_tokens
            as is_writes_in_no_cache,
        sum_prompt_tokens = no_cache_tokens
            and (cached_prompt_tokens > 0 or cache_creation_tokens > 0)
            as is_exclusive,
        cached_prompt_tokens > 0 or cache_creation_tokens > 0 as has_caching
    from stated
),

-- a row that fits two kinds follows the other rows of its model that have any caching
model_evidence as (
    select
        org_id,
        model,
        bool_or(is_exclusive and not is_inclusive and not is_writes_in_no_cache)
            and not bool_or((is_inclusive or is_writes_in_no_cache) and not is_exclusive)
            as model_is_exclusive
    from tested
    where has_tokens and has_caching
    group by org_id, model
),

accounted as (
    select
        tested.*,
        case
            when not has_tokens then null
            when is_inclusive then 'inclusive'
            when is_writes_in_no_cache and is_exclusive and model_is_exclusive then 'exclusive'
            when is_writes_in_no_cache then 'writes_in_no_cache'
            when is_exclusive then 'exclusive'
            else 'unclear'
        end as token_accounting
    from tested
    left join model_evidence using (org_id, model)
)

select
    org_id,
    window_start,
    window_end,
    timezone,
    api_key_id,
    api_key_name,
    model,
    requests,
    total_cost_usd,
    sum_prompt_tokens,
    sum_completion_tokens,
    cached_prompt_tokens,
    cache_creation_tokens,
    no_cache_tokens,
    case
        when token_accounting in ('inclusive', 'writes_in_no_cache') then sum_prompt_tokens
        when token_accounting = 'exclusive'
            then no_cache_tokens + cached_prompt_tokens + cache_creation_tokens
    end as input_tokens,
    token_accounting,
    export_id
from accounted;

comment on view usage is 'One row per period, API key and model: the newest statement of each.';
comment on column usage.org_id is 'Workspace.';
comment on column usage.window_start is 'First local day of the period asked for.';
comment on column usage.window_end is 'Last local day of the period asked for.';
comment on column usage.timezone is 'IANA zone of the period.';
comment on column usage.api_key_id is 'API key; never changes.';
comment on column usage.api_key_name is 'Name of the key as stated in that export.';
comment on column usage.model is 'NULL where the export was not grouped by model.';
comment on column usage.requests is 'API requests.';
comment on column usage.total_cost_usd is 'API usage cost in USD, exact.';
comment on column usage.sum_prompt_tokens is 'Input tokens as stated; NULL where the workspace is not BYOK.';
comment on column usage.sum_completion_tokens is 'Output tokens; NULL where the workspace is not BYOK.';
comment on column usage.cached_prompt_tokens is 'Input tokens read from the provider''s prompt cache.';
comment on column usage.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column usage.no_cache_tokens is 'Input tokens that did not come from the cache.';
comment on column usage.input_tokens is 'Every input token counted once; NULL where the token columns are missing or do not add up.';
comment on column usage.token_accounting is 'How the token columns add up: inclusive, writes_in_no_cache, exclusive, unclear; NULL where one is missing.';
comment on column usage.export_id is 'The export that stated the row.';
