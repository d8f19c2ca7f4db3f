-- Usage added up when it came in: by API key, whatever the model, and again by model, whatever the key
-- (these rows have no key). With whose it is, as `owned_usage`, from which each adds up to the same.
{% import "store/write/row_accounting" as tokens %}
{% set rows = "summed" %}
with summed as (
    select
        export_sums.org_id,
        export_sums.window_start,
        export_sums.window_end,
        export_sums.api_key_id,
        export_sums.api_key_name,
        case when export_sums.api_key_id is null then export_sums.model end as model,
        export_sums.requests,
        export_sums.total_cost_usd,
        export_sums.sum_prompt_tokens,
        export_sums.sum_completion_tokens,
        export_sums.cached_prompt_tokens,
        export_sums.cache_creation_tokens,
        export_sums.no_cache_tokens,
        {{ tokens.counted_input_tokens() }} as input_tokens,
        export_sums.export_id,
        export_sums.month
    from export_sums
    join counted_exports on counted_exports.export_id = export_sums.export_id
    left join exclusive_models
        on exclusive_models.org_id = export_sums.org_id
        and exclusive_models.model = export_sums.model
)

{% include "store/staging/owned_usage" %}
