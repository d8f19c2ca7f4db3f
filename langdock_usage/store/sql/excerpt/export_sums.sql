-- Usage in place of its sums, which are another way to say the same: for a copy that is small.
{% for column in ("model", "api_key_id") %}
select
    export_id,
    org_id,
    window_start,
    window_end,
    month,
    {{ "null" if column == "api_key_id" else "api_key_id" }}::varchar as api_key_id,
    {{ "null" if column == "api_key_id" else "api_key_name" }}::varchar as api_key_name,
    {{ "null" if column == "model" else "model" }}::varchar as model,
    requests,
    total_cost_usd,
    sum_prompt_tokens,
    sum_completion_tokens,
    cached_prompt_tokens,
    cache_creation_tokens,
    no_cache_tokens,
    null::varchar as row_accounting,
    input_tokens
from usage
{{ "" if loop.last else "union all" }}
{% endfor %}
