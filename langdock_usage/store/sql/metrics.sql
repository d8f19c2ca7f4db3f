{#- Each metric is written here and nowhere else: views, questions about any period and reports take it
    from here. All are sums over the rows of `usage`, or ratios of such sums, cast to DOUBLE by name.
    Over the rows whose `input_tokens` is known: what is read from or written to a cache, ratios of
    tokens, and cost per million tokens. -#}

{% macro newest_name() %}arg_max(api_key_name, (window_end, window_start, api_key_name)){% endmacro %}

{% macro cached_prompt_tokens() %}
    (sum(cached_prompt_tokens) filter (where input_tokens is not null))::bigint
{%- endmacro %}

{% macro cache_creation_tokens() %}
    (sum(cache_creation_tokens) filter (where input_tokens is not null))::bigint
{%- endmacro %}

{% macro cost_per_request_usd(cost="sum(total_cost_usd)", requests="sum(requests)") %}
    ({{ cost }})::double / nullif({{ requests }}, 0)
{%- endmacro %}

{% macro cache_hit_ratio() %}
    (sum(cached_prompt_tokens) filter (where input_tokens is not null))::double
        / nullif(sum(input_tokens), 0)
{%- endmacro %}

{% macro cost_per_million_tokens_usd() %}
    1e6 * (sum(total_cost_usd) filter (where input_tokens + sum_completion_tokens is not null))::double
        / nullif(sum(input_tokens + sum_completion_tokens), 0)
{%- endmacro %}

{#- what every group of usage has, in this order -#}
{% macro costs() %}
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    {{ cost_per_request_usd() }} as cost_per_request_usd,
    {{ cache_hit_ratio() }} as cache_hit_ratio,
    {{ cost_per_million_tokens_usd() }} as cost_per_million_tokens_usd
{%- endmacro %}

{#- a column to group by: usage without a team, cost centre or owner is nobody's -#}
{% macro group(column) %}
{%- if not column %}null::varchar
{%- elif column in ("team", "cost_center", "owner") %}coalesce({{ column }}, 'unassigned')
{%- else %}{{ column }}
{%- endif %}
{%- endmacro %}

{#- the name of a group: of an API key, or a chain of them, the newest; others have none -#}
{% macro name_of_group(column) %}
{%- if column in ("api_key_id", "chain_id") %}{{ newest_name() }}{% else %}null::varchar{% endif %}
{%- endmacro %}

{#- the columns of a group, by their names; an API key has its newest name beside it -#}
{% macro groups(columns) %}
{%- for column in columns.split(",") %}
{{ group(column) }} as {{ column }}
{%- if column in ("api_key_id", "chain_id") %},
        {{ name_of_group(column) }} as api_key_name
{%- endif %}
{{- "" if loop.last else ", " }}
{%- endfor %}
{%- endmacro %}
