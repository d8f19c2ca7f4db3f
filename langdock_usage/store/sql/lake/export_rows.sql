-- Every exported row: those that count, as `usage` says them, and all others.
{% for rows, row_accounting in (("usage", "token_accounting"), ("uncounted_rows", "row_accounting")) %}
select
    export_id,
    org_id,
    window_start,
    window_end,
    month,
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
    {{ row_accounting }} as row_accounting,
    input_tokens
from {{ rows }}
{{ "" if loop.last else "union all" }}
{% endfor %}
