{#- The calendar month that a period lies in; NULL where it crosses the end of a month. -#}
{% macro month(first, last) %}
    case
        when date_trunc('month', {{ first }}) = date_trunc('month', {{ last }})
            then date_trunc('month', {{ first }})::date
    end
{%- endmacro %}
