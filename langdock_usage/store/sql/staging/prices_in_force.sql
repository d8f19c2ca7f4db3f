-- The prices of the newest book, of every model with usage; a model without a price has a row, too.
select
    org_id,
    model,
    first_day,
    last_day,
    above_tokens,
    price_source,
    entry,
    found_by,
    input_usd_per_mtok,
    output_usd_per_mtok,
    cache_read_usd_per_mtok,
    cache_write_usd_per_mtok,
    cache_write_1h_usd_per_mtok
from model_prices
where book = (select max(book) from price_books)
