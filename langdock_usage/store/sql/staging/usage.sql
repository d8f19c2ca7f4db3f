{% import "store/write/row_accounting" as tokens %}
-- Usage: the newest statement of each period, API key and model; every input token counted once.
-- How a row's tokens add up by itself is found out when it comes in; a row that is ambiguous follows
-- the other rows of its model.
select
    export_rows.org_id,
    export_rows.window_start,
    export_rows.window_end,
    counted_exports.timezone,
    export_rows.api_key_id,
    export_rows.api_key_name,
    export_rows.model,
    export_rows.requests,
    export_rows.total_cost_usd,
    export_rows.sum_prompt_tokens,
    export_rows.sum_completion_tokens,
    export_rows.cached_prompt_tokens,
    export_rows.cache_creation_tokens,
    export_rows.no_cache_tokens,
    {{ tokens.counted_input_tokens() }} as input_tokens,
    case
        when row_accounting <> 'ambiguous' then row_accounting
        when exclusive_models.model is not null then 'exclusive'
        when row_accounting = 'ambiguous' then 'writes_in_no_cache'
    end as token_accounting,
    export_rows.export_id,
    export_rows.month
from export_rows
join counted_exports on counted_exports.export_id = export_rows.export_id
left join exclusive_models
    on exclusive_models.org_id = export_rows.org_id
    and exclusive_models.model = export_rows.model
