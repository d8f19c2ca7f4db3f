-- Exchange rates, as the file said that was loaded last.
select day, currency, usd_per_unit
from loaded_rates
where loaded_at = (select max(loaded_at) from reference_loads where file = 'rates')
