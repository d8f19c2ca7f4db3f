-- How the newest price book differs from the one before, for models that both of them know.
with books as (
    select book, row_number() over (order by book desc) as age
    from price_books
),

stated as (
    unpivot (
        select
            age,
            org_id,
            model,
            first_day,
            last_day,
            above_tokens,
            input_usd_per_mtok as input,
            output_usd_per_mtok as output,
            cache_read_usd_per_mtok as cache_read,
            cache_write_usd_per_mtok as cache_write,
            cache_write_1h_usd_per_mtok as cache_write_1h
        from model_prices
        join books using (book)
        where age <= 2
          and ($org_id::varchar is null or org_id = $org_id)
    )
    on input, output, cache_read, cache_write, cache_write_1h
    into name price value usd_per_mtok
),

in_both as (
    select org_id, model
    from model_prices
    join books using (book)
    where age <= 2
    group by org_id, model
    having count(distinct book) = 2
),

-- on each of these days something begins or ends in one of the two
starts as (
    select org_id, model, above_tokens, price, first_day from stated
    union
    select org_id, model, above_tokens, price, (last_day + interval 1 day)::date
    from stated
    where last_day < date '9999-12-31'
),

segments as (
    select
        *,
        coalesce(
            (lead(first_day) over (
                partition by org_id, model, above_tokens, price order by first_day
            ) - interval 1 day)::date,
            date '9999-12-31'
        ) as last_day
    from starts
    join in_both using (org_id, model)
),

compared as (
    select
        segments.org_id,
        segments.model,
        segments.first_day,
        segments.last_day,
        segments.above_tokens,
        segments.price,
        -- where the hour of the day decides, the lowest of each book
        min(usd_per_mtok) filter (where age = 2) as usd_per_mtok_before,
        min(usd_per_mtok) filter (where age = 1) as usd_per_mtok_after
    from segments
    left join stated
        on stated.org_id = segments.org_id
        and stated.model = segments.model
        and stated.above_tokens = segments.above_tokens
        and stated.price = segments.price
        and segments.first_day between stated.first_day and stated.last_day
    group by all
)

select *
from compared
where usd_per_mtok_before is distinct from usd_per_mtok_after
order by org_id, model, first_day, above_tokens, price
