-- Usage of periods that lie within one calendar month; a period across the end of a month has no month.
create or replace view monthly_usage as
select
    date_trunc('month', window_start)::date as month,
    usage.*
from usage
where date_trunc('month', window_start) = date_trunc('month', window_end);

comment on view monthly_usage is 'One row per period within one month, API key and model.';
comment on column monthly_usage.month is 'First day of the month.';
comment on column monthly_usage.org_id is 'Workspace.';
comment on column monthly_usage.window_start is 'First local day of the period asked for.';
comment on column monthly_usage.window_end is 'Last local day of the period asked for.';
comment on column monthly_usage.timezone is 'IANA zone of the period.';
comment on column monthly_usage.api_key_id is 'API key; never changes.';
comment on column monthly_usage.api_key_name is 'Name of the key as stated in that export.';
comment on column monthly_usage.model is 'NULL where the export was not grouped by model.';
comment on column monthly_usage.requests is 'API requests.';
comment on column monthly_usage.total_cost_usd is 'API usage cost in USD, exact.';
comment on column monthly_usage.sum_prompt_tokens is 'Input tokens as stated; NULL where the workspace is not BYOK.';
comment on column monthly_usage.sum_completion_tokens is 'Output tokens; NULL where the workspace is not BYOK.';
comment on column monthly_usage.cached_prompt_tokens is 'Input tokens read from the provider''s prompt cache.';
comment on column monthly_usage.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column monthly_usage.no_cache_tokens is 'Input tokens that did not come from the cache.';
comment on column monthly_usage.input_tokens is 'Every input token counted once; NULL where the token columns are missing or do not add up.';
comment on column monthly_usage.token_accounting is 'How the token columns add up: inclusive, writes_in_no_cache, exclusive, unclear; NULL where one is missing.';
comment on column monthly_usage.export_id is 'The export that stated the row.';
