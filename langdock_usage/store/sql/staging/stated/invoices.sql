-- Invoices, as the file said that was loaded last, and when each was stated like this at first.
select
    number,
    org_id,
    period_start,
    period_end,
    amount,
    currency,
    tax,
    surcharge_percent,
    (
        select min(loaded_at)
        from loaded_invoices as loads
        where loads.number = loaded_invoices.number
          and loads.amount = loaded_invoices.amount
          and loads.currency = loaded_invoices.currency
    ) as loaded_at
from loaded_invoices
where loaded_at = (select max(loaded_at) from reference_loads where file = 'invoices')
