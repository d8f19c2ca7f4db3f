-- What models cost, as the file said that was loaded last.
select
    model,
    valid_from,
    input_usd_per_mtok,
    output_usd_per_mtok,
    cache_read_usd_per_mtok,
    cache_write_usd_per_mtok,
    cache_write_1h_usd_per_mtok,
    org_id,
    note
from loaded_prices
where loaded_at = (select max(loaded_at) from reference_loads where file = 'prices')
