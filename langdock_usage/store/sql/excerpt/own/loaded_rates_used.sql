-- Exchange rates of the days of the month, which are nobody's.
select *
from loaded_rates_used
where loaded_at = (select max(loaded_at) from reference_loads where file = 'rates_used')
  and day between date_trunc('month', $last) and $last
