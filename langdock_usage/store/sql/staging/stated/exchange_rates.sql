-- The exchange rates that reports have used, and that every later report uses.
select day, currency, usd, units, rate_day, source
from loaded_rates_used
where loaded_at = (select max(loaded_at) from reference_loads where file = 'rates_used')
