select day, currency, usd, units, rate_day, source
from exchange_rates
where currency = $currency
