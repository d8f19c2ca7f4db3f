{#- What tokens cost, and what caching saves; written here and nowhere else. An export cannot tell how
    long a request was (prices may have tiers), nor which kind a cache write was. So each price is two
    figures, the least and the most that it can be. -#}

{% macro usd_per_token(usd_per_mtok) %}cast({{ usd_per_mtok }} * 0.000001 as decimal(18, 15)){% endmacro %}

{#- tokens at a price; the types keep every digit in DuckDB, and in Spark -#}
{% macro amount(tokens, usd_per_token) %}
cast(cast({{ tokens }} as decimal(19, 0)) * {{ usd_per_token }} as decimal(36, 15))
{%- endmacro %}

{#- Prices as they are billed: reads and writes without a price of their own cost what fresh input costs,
    one-hour writes without one what other writes cost. -#}
{% macro billed(prices) %}
    select
        *,
        coalesce(cache_read_usd_per_mtok, input_usd_per_mtok) as read_usd_per_mtok,
        coalesce(cache_write_usd_per_mtok, input_usd_per_mtok) as write_usd_per_mtok,
        coalesce(cache_write_1h_usd_per_mtok, cache_write_usd_per_mtok, input_usd_per_mtok)
            as write_1h_usd_per_mtok
    from {{ prices }}
{%- endmacro %}

{#- the reads per write from which on caching pays, in one tier; without a read price it never does -#}
{% macro break_even(of_writes) %}
cast({{ of_writes }}(write_usd_per_mtok, write_1h_usd_per_mtok) - input_usd_per_mtok as double)
            / nullif(cast(input_usd_per_mtok - read_usd_per_mtok as double), 0)
{%- endmacro %}

{#- The least and the most that a token costs: one row per model, days with one price, amount of input
    tokens, and whether a row of usage is a single request, the only case in which its tier is certain. -#}
{% macro bounds(prices) %}
    with billed as ({{ billed(prices) }}),

    tiers as (
        select distinct org_id, model, first_day, last_day, above_tokens
        from billed
    ),

    bands as (
        select
            *,
            lead(above_tokens) over (
                partition by org_id, model, first_day, last_day
                order by above_tokens
            ) as next_above_tokens
        from tiers
    ),

    kinds as (
        select true as is_one_request
        union all
        select false as is_one_request
    )

    select
        bands.org_id,
        bands.model,
        bands.first_day,
        bands.last_day,
        kinds.is_one_request,
        case when bands.above_tokens = 0 then 0 else bands.above_tokens + 1 end as from_tokens,
        coalesce(bands.next_above_tokens, 9223372036854775807) as to_tokens,
        max(billed.price_source) as price_source,
        count(*) = 1 as has_one_tier,
        {% for low_or_high, of_tiers, of_writes in (("low", "min", "least"), ("high", "max", "greatest")) %}
        {{ of_tiers }}({{ break_even(of_writes) }}) as break_even_{{ low_or_high }},
        {% endfor %}
        {% for low_or_high, of_tiers, of_writes in (("low", "min", "least"), ("high", "max", "greatest")) %}
        {% for name, usd_per_mtok in (
            ("input", "input_usd_per_mtok"),
            ("output", "output_usd_per_mtok"),
            ("read", "read_usd_per_mtok"),
            ("write", of_writes ~ "(write_usd_per_mtok, write_1h_usd_per_mtok)"),
            ("saved_by_read", "input_usd_per_mtok - read_usd_per_mtok"),
            ("added_by_write",
                of_writes ~ "(write_usd_per_mtok, write_1h_usd_per_mtok) - input_usd_per_mtok"),
        ) %}
        {{ usd_per_token(of_tiers ~ "(" ~ usd_per_mtok ~ ")") }} as {{ name }}_{{ low_or_high }}_usd
        {{- "" if loop.last and low_or_high == "high" else "," }}
        {% endfor %}
        {% endfor %}
    from bands
    cross join kinds
    join billed
        on billed.org_id = bands.org_id
        and billed.model = bands.model
        and billed.first_day = bands.first_day
        and billed.last_day = bands.last_day
        and (
            billed.above_tokens = bands.above_tokens
            or (billed.above_tokens < bands.above_tokens and not kinds.is_one_request)
        )
    group by
        bands.org_id,
        bands.model,
        bands.first_day,
        bands.last_day,
        kinds.is_one_request,
        bands.above_tokens,
        bands.next_above_tokens
{%- endmacro %}

{#- Each input token once, in one of three kinds; NULL where it is not known how they add up. -#}
{% macro counted(rows) %}
    select
        *,
        input_tokens - cached_prompt_tokens - cache_creation_tokens as uncached_tokens,
        case when input_tokens is not null then cached_prompt_tokens end as cache_read_tokens,
        case when input_tokens is not null then cache_creation_tokens end as cache_write_tokens,
        case when input_tokens is not null then sum_completion_tokens end as output_tokens
    from {{ rows }}
{%- endmacro %}

{#- which bounds are those of a row: its model, one price on all of its days, its amount of input -#}
{% macro apply(bounds="bounds") %}
        {{ bounds }}.org_id = counted.org_id
        and {{ bounds }}.model = counted.model
        and {{ bounds }}.is_one_request = (counted.requests = 1)
        and {{ bounds }}.first_day <= counted.window_start
        and {{ bounds }}.last_day >= counted.window_end
        and {{ bounds }}.from_tokens <= counted.input_tokens
        and {{ bounds }}.to_tokens >= counted.input_tokens
{%- endmacro %}

{#- what the tokens of a row cost at the `low` or the `high` prices; `read` is the price of reads -#}
{% macro list_cost(bound, bounds="bounds", read="read") %}
(
        ({{ amount("uncached_tokens", bounds ~ ".input_" ~ bound ~ "_usd") }}
        + {{ amount("cache_read_tokens", bounds ~ "." ~ read ~ "_" ~ bound ~ "_usd") }})
        + ({{ amount("cache_write_tokens", bounds ~ ".write_" ~ bound ~ "_usd") }}
        + {{ amount("output_tokens", bounds ~ ".output_" ~ bound ~ "_usd") }})
    )
{%- endmacro %}

{#- what caching saves: what reads save less what writes add -#}
{% macro saving(read_bound, write_bound) %}
(
        {{ amount("cache_read_tokens", "saved_by_read_" ~ read_bound ~ "_usd") }}
        - {{ amount("cache_write_tokens", "added_by_write_" ~ write_bound ~ "_usd") }}
    )
{%- endmacro %}

{#- Rows of usage with what their tokens cost; `more`: also what the questions need. -#}
{% macro priced(rows, more=false) %}
    with counted as ({{ counted(rows) }}),

    bounds as ({{ bounds("prices_in_force") }})

    select
        counted.*,
        bounds.price_source,
        {{ list_cost("low") }} as list_cost_low_usd,
        {{ list_cost("high") }} as list_cost_high_usd,
        {{ saving("low", "high") }} as saving_low_usd,
        {{ saving("high", "low") }} as saving_high_usd
        {%- if more %},
        {{ list_cost("low", read="input") }} as reads_as_input_low_usd,
        {{ list_cost("high", read="input") }} as reads_as_input_high_usd,
        bounds.has_one_tier,
        bounds.break_even_low,
        bounds.break_even_high
        {%- endif %}

    from counted
    left join bounds
        on {{ apply() }}
{%- endmacro %}

{#- What each kind of token costs more at other prices than at those of the book, case by case: the same
    days, the same length of a request, the same kind of cache write. `others` has them by the model that
    they would take the place of. To be read by `bounds`, like prices. -#}
{% macro differences(others) %}
    with mine as ({{ with_next_tier("prices_in_force") }}),

    theirs as ({{ with_next_tier(others) }})

    select
        mine.org_id,
        mine.model,
        greatest(mine.first_day, theirs.first_day) as first_day,
        least(mine.last_day, theirs.last_day) as last_day,
        greatest(mine.above_tokens, theirs.above_tokens) as above_tokens,
        mine.price_source,
        theirs.input_usd_per_mtok - mine.input_usd_per_mtok as input_usd_per_mtok,
        theirs.output_usd_per_mtok - mine.output_usd_per_mtok as output_usd_per_mtok,
        theirs.read_usd_per_mtok - mine.read_usd_per_mtok as cache_read_usd_per_mtok,
        theirs.write_usd_per_mtok - mine.write_usd_per_mtok as cache_write_usd_per_mtok,
        theirs.write_1h_usd_per_mtok - mine.write_1h_usd_per_mtok as cache_write_1h_usd_per_mtok
    from mine
    join theirs
        on theirs.org_id = mine.org_id
        and theirs.model = mine.model
        and theirs.first_day <= mine.last_day
        and theirs.last_day >= mine.first_day
        and theirs.above_tokens <= mine.up_to_tokens
        and theirs.up_to_tokens >= mine.above_tokens
{%- endmacro %}

{% macro with_next_tier(prices) %}
    select
        billed.*,
        coalesce(
            (
                select min(longer.above_tokens) - 1
                from {{ prices }} as longer
                where longer.org_id = billed.org_id
                  and longer.model = billed.model
                  and longer.first_day = billed.first_day
                  and longer.above_tokens > billed.above_tokens
            ),
            9223372036854775807
        ) as up_to_tokens
    from ({{ billed(prices) }}) as billed
{%- endmacro %}
