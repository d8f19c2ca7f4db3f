select day, usd_per_unit
from own_rates
where currency = $currency
