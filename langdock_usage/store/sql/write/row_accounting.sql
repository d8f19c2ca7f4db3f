{#- How the token columns of one row add up, each row by itself (interface of the view `usage`):
    `ambiguous` is a row that writes to a cache, reads nothing, and so fits two kinds. -#}
{% macro row_accounting() %}
    case
        when sum_prompt_tokens + sum_completion_tokens + cached_prompt_tokens
            + cache_creation_tokens + no_cache_tokens is null then null
        when sum_prompt_tokens = no_cache_tokens + cached_prompt_tokens + cache_creation_tokens
            then 'inclusive'
        when sum_prompt_tokens = no_cache_tokens and cached_prompt_tokens = 0
            and cache_creation_tokens <= no_cache_tokens then 'ambiguous'
        when sum_prompt_tokens = no_cache_tokens + cached_prompt_tokens
            and cache_creation_tokens <= no_cache_tokens then 'writes_in_no_cache'
        when sum_prompt_tokens = no_cache_tokens then 'exclusive'
        else 'unclear'
    end
{%- endmacro %}

{#- What a row, or a sum of rows, counts as input: an ambiguous one as the other rows of its model say. -#}
{% macro counted_input_tokens() %}
    case
        when row_accounting = 'ambiguous' and exclusive_models.model is not null
            then no_cache_tokens + cache_creation_tokens
        else input_tokens
    end
{%- endmacro %}

{% macro input_tokens() %}
    case
        when row_accounting in ('inclusive', 'writes_in_no_cache', 'ambiguous') then sum_prompt_tokens
        when row_accounting = 'exclusive'
            then no_cache_tokens + cached_prompt_tokens + cache_creation_tokens
    end
{%- endmacro %}
