-- The rows of these exports, or all, added up by API key, and again by model.
insert into export_sums by name
with received as (
    select
        * replace (case when row_accounting = 'ambiguous' then row_accounting end as row_accounting),
        case when row_accounting = 'ambiguous' then model end as ambiguous_model,
        null::varchar as no_key,
        null::varchar as no_name
    from export_rows
    where $export_ids::varchar[] is null or export_id in (select unnest($export_ids::varchar[]))
)

{% for key, name, model in (
    ("api_key_id", "api_key_name", "ambiguous_model"),
    ("no_key", "no_name", "model"),
) %}
select
    export_id,
    any_value(org_id) as org_id,
    any_value(window_start) as window_start,
    any_value(window_end) as window_end,
    any_value(month) as month,
    {{ key }} as api_key_id,
    {{ name }} as api_key_name,
    {{ model }} as model,
    row_accounting,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    {% for tokens in ("sum_prompt_tokens", "sum_completion_tokens", "cached_prompt_tokens",
                      "cache_creation_tokens", "no_cache_tokens", "input_tokens") %}
    sum({{ tokens }})::bigint as {{ tokens }}{{ "" if loop.last else "," }}
    {% endfor %}
from received
group by
    export_id,
    {{ key }},
    {{ name }},
    {{ model }},
    row_accounting,
    input_tokens is null,
    sum_completion_tokens is null
{{ "" if loop.last else "union all" }}
{% endfor %}
