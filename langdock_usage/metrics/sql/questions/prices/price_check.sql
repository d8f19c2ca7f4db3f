-- What was reported against what the price book says, by group; the most money in question first. Over
-- the rows of which it is known how their tokens add up.
{% import "store/metrics" as metrics %}
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

priced as ({{ prices.priced("filtered_usage", more=true) }}),

sums as (
    select
        {{ metrics.groups(groups) }},
        sum(total_cost_usd) filter (where price_source is not null) as reported_usd,
        sum(list_cost_low_usd) as list_low_usd,
        sum(list_cost_high_usd) as list_high_usd,
        coalesce(
            sum(total_cost_usd) filter (where input_tokens is not null and price_source is null),
            0
        ) as unknown_usd,
        coalesce(sum(total_cost_usd) filter (where input_tokens is null), 0) as without_tokens_usd,
        count(*) filter (where token_accounting = 'unclear') as unclear_row_count,
        sum(input_tokens + output_tokens) as tokens,
        sum(reads_as_input_low_usd) as reads_as_input_low_usd,
        sum(reads_as_input_high_usd) as reads_as_input_high_usd
    from priced
    {% if "month" in groups %}
    where month is not null
    {% endif %}
    group by all
    having sum(input_tokens) is not null
),

-- how far what was reported lies from each of two ranges
distances as (
    select
        *,
        greatest(list_low_usd - reported_usd, reported_usd - list_high_usd, 0) as from_list_usd,
        greatest(
            reads_as_input_low_usd - reported_usd,
            reported_usd - reads_as_input_high_usd,
            0
        ) as from_reads_as_input_usd
    from sums
)

select
    * exclude (
        unknown_usd,
        without_tokens_usd,
        unclear_row_count,
        tokens,
        reads_as_input_low_usd,
        reads_as_input_high_usd,
        from_list_usd,
        from_reads_as_input_usd
    ),
    reported_usd::double / nullif(list_high_usd, 0)::double as price_ratio_low,
    reported_usd::double / nullif(list_low_usd, 0)::double as price_ratio_high,
    unknown_usd,
    case
        when tokens > 0 and coalesce(reported_usd, 0) + unknown_usd = 0 then 'unpriced'
        when list_low_usd is null then 'unknown'
        when reported_usd >= reads_as_input_low_usd * 0.995
            and reported_usd <= reads_as_input_high_usd * 1.005
            and from_list_usd > from_reads_as_input_usd then 'cache_billed_as_input'
        when reported_usd > list_high_usd * 1.005 then 'above_list'
        when reported_usd < list_low_usd * 0.995 then 'below_list'
        else 'as_listed'
    end as finding,
    without_tokens_usd,
    unclear_row_count
from distances
order by
    case when finding = 'as_listed' then 0 else coalesce(from_list_usd, 0) end + unknown_usd desc,
    reported_usd desc nulls last,
    {{ groups }}
