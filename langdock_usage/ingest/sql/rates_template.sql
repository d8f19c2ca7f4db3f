-- The rates that were stated, and those that reports have used.
select day, currency, usd_per_unit from own_rates
union all
select day, currency, (usd / units)::decimal(18, 9)
from exchange_rates
anti join own_rates using (day, currency)
order by day, currency
