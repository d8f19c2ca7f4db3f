{% import "store/write/row_accounting" as tokens %}
{% import "store/periods" as periods %}
-- One pass over the CSVs of some exports: every value is what its column says, or all are refused.
-- The rules are those of `exports._row_fault`, which explains a refusal. `$incoming` has a struct for
-- each export: its file, and what its first row states.
{% set token_columns = ["sum_prompt_tokens", "sum_completion_tokens", "cached_prompt_tokens",
                        "cache_creation_tokens", "no_cache_tokens"] %}
{#- Blanks around a number say nothing. To trim them all would take as long as all the rest. -#}
{% macro count(column, is_optional) %}
case
            when regexp_full_match({{ column }}, '[0-9]{1,15}') then {{ column }}::bigint
            {% if is_optional %}
            when {{ column }} is null or regexp_full_match({{ column }}, '[ \t]*') then null
            {% endif %}
            when regexp_full_match({{ column }}, '[ \t]*[0-9]{1,15}[ \t]*')
                then trim({{ column }}, e' \t')::bigint
            else error('{{ column }}')
        end
{%- endmacro %}
insert into export_rows by name
with incoming as (
    select unnest($incoming, recursive := true)
),

received as (
    from read_csv(
        $paths,
        columns = $columns,
        compression = $compression,
        header = true,
        auto_detect = false,
        delim = ',',
        quote = '"',
        escape = '"',
        strict_mode = true,
        hive_partitioning = false,
        null_padding = false,
        filename = 'path'
    )
    union all by name
    -- columns that an export may lack
    select
        {% for column in token_columns %}
        null::varchar as {{ column }},
        {% endfor %}
        null::varchar as model,
        null::varchar as raw_model
    where false
),

-- other spellings of an amount, like 12.5E-3 and .5: the point goes to where the exponent says,
-- as text, because DuckDB converts not every such text exactly
spelled as (
    select
        *,
        regexp_full_match(total_cost_usd, '[0-9]{1,9}(\.[0-9]{0,24})?') as is_plain,
        case
            when not is_plain then regexp_extract(
                trim(total_cost_usd, e' \t'),
                '^\+?([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,4}))?$',
                ['whole', 'fraction', 'exponent']
            )
        end as parts,
        parts['whole'] || parts['fraction'] as digits,
        length(parts['whole']) + coalesce(try_cast(parts['exponent'] as integer), 0) as places,
        repeat('0', greatest(-places, 0)) || digits
            || repeat('0', greatest(places - length(digits), 0)) as padded,
        ltrim(left(padded, greatest(places, 0)), '0') as before,
        rtrim(substr(padded, greatest(places, 0) + 1), '0') as behind
    from received
),

checked as (
    select
        case
            when spelled.org_id = incoming.org_id
                and period_start = incoming.first_date
                and period_end = incoming.last_date
                then incoming.export_id
            else error('workspace or period differ from the first row')
        end as export_id,
        incoming.org_id,
        incoming.window_start,
        incoming.window_end,
        coalesce(api_key_id, error('api_key_id is empty')) as api_key_id,
        api_key_name,
        model,
        raw_model,
        {{ count("requests", false) }} as requests,
        case
            when is_plain then total_cost_usd::decimal(38, 24)
            when digits <> '' and length(before) <= 9 and length(behind) <= 24
                then ('0' || before || '.' || behind)::decimal(38, 24)
            else error('total_cost_usd')
        end as total_cost_usd,
        {% for column in token_columns %}
        {{ count(column, true) }} as {{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from spelled
    join incoming using (path)
),

{% if has_raw_model %}
-- rows of one API key and model that differ in raw_model are added up; a token count that one of them
-- lacks is not known of the sum
stated as (
    select
        export_id,
        org_id,
        window_start,
        window_end,
        api_key_id,
        max(api_key_name) as api_key_name,
        model,
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        {% for column in token_columns %}
        case when count({{ column }}) = count(*) then sum({{ column }})::bigint end as {{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from checked
    group by export_id, org_id, window_start, window_end, api_key_id, model
    having case
        when count(*) = count(distinct coalesce(raw_model, '')) then true
        else error('an API key, model and raw model are stated twice')
    end
),
{% else %}
stated as (select * exclude (raw_model) from checked),
{% endif %}

accounted as (
    select *, {{ tokens.row_accounting() }} as row_accounting
    from stated
)

select
    *,
    {{ periods.month("window_start", "window_end") }} as month,
    {{ tokens.input_tokens() }} as input_tokens
from accounted
