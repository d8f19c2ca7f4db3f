-- The invoices that are known, and a line for the last whole month if it has none.
select
    period_start,
    period_end,
    amount,
    currency,
    tax,
    surcharge_percent,
    number,
    org_id
from invoices
union all
select month, last_day(month), null, null, null, null, null, null
from (
    select max(month) as month
    from monthly_usage
    where last_day(month) <= (select max(window_end) from monthly_usage)
)
where month is not null and month not in (select period_start from invoices)
order by period_start
