-- What these exports, or all, prove of how the tokens of their models add up. A row without any caching
-- says nothing.
insert into export_models
select
    export_id,
    model,
    bool_or(row_accounting = 'exclusive') as is_exclusive,
    bool_or(row_accounting in ('inclusive', 'writes_in_no_cache')) as is_otherwise
from export_rows
where ($export_ids::varchar[] is null or export_id in (select unnest($export_ids::varchar[])))
  and cached_prompt_tokens + cache_creation_tokens > 0
  and row_accounting in ('inclusive', 'writes_in_no_cache', 'exclusive')
group by export_id, model
