-- Usage with whose it is. A period counts whole, for the owner on its last day: what it says cannot be
-- split, and nothing is counted twice.
create or replace view owned_usage as
select
    usage.*,
    key_ownership.team,
    key_ownership.cost_center,
    key_ownership.owner,
    coalesce(key_chains.chain_id, usage.api_key_id) as chain_id
from usage
asof left join key_ownership
    on usage.api_key_id = key_ownership.api_key_id
    and usage.window_end >= key_ownership.valid_from
left join key_chains on key_chains.api_key_id = usage.api_key_id;

comment on view owned_usage is 'One row per period, API key and model, as usage, with whose the key was on the last day.';
comment on column owned_usage.org_id is 'Workspace.';
comment on column owned_usage.window_start is 'First local day of the period asked for.';
comment on column owned_usage.window_end is 'Last local day of the period asked for.';
comment on column owned_usage.timezone is 'IANA zone of the period.';
comment on column owned_usage.api_key_id is 'API key; never changes.';
comment on column owned_usage.api_key_name is 'Name of the key as stated in that export.';
comment on column owned_usage.model is 'NULL where the export was not grouped by model.';
comment on column owned_usage.requests is 'API requests.';
comment on column owned_usage.total_cost_usd is 'API usage cost in USD, exact.';
comment on column owned_usage.sum_prompt_tokens is 'Input tokens as stated; NULL where the workspace is not BYOK.';
comment on column owned_usage.sum_completion_tokens is 'Output tokens; NULL where the workspace is not BYOK.';
comment on column owned_usage.cached_prompt_tokens is 'Input tokens read from the provider''s prompt cache.';
comment on column owned_usage.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column owned_usage.no_cache_tokens is 'Input tokens that did not come from the cache.';
comment on column owned_usage.input_tokens is 'Every input token counted once; NULL where the token columns are missing or do not add up.';
comment on column owned_usage.token_accounting is 'How the token columns add up: inclusive, writes_in_no_cache, exclusive, unclear; NULL where one is missing.';
comment on column owned_usage.export_id is 'The export that stated the row.';
comment on column owned_usage.team is 'Team on the last day of the period; NULL for none.';
comment on column owned_usage.cost_center is 'Cost centre on the last day of the period; NULL for none.';
comment on column owned_usage.owner is 'Who answered for the key on the last day of the period; NULL for none.';
comment on column owned_usage.chain_id is 'The newest of the keys that were rotated into one another; the key itself where it was not.';
