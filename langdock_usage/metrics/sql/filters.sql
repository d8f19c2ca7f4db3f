{#- The rows of `usage` that a question is about. A period counts where it lies within the days asked for;
    NULL stands for everything. Where no API keys, or no models, are
    told apart, `sums` by `key` or `model` say the same. -#}
{% macro usage(first="$first", last="$last", models="$models", rows=sums | default("")) %}
    select *
    from {{ "usage_sums" if rows else "owned_usage" }}
    where ($org_id::varchar is null or org_id = $org_id)
      and ({{ first }}::date is null or window_start >= {{ first }})
      and ({{ last }}::date is null or window_end <= {{ last }})
      and ($keys::varchar[] is null or list_contains($keys, api_key_id))
      and ({{ models }}::varchar[] is null or list_contains({{ models }}, model))
      and ($teams::varchar[] is null or list_contains($teams, coalesce(team, 'unassigned')))
      {% if rows %}
      -- those by model have no key
      and api_key_id is {{ "not null" if rows == "key" else "null" }}
      {% endif %}
{%- endmacro %}
