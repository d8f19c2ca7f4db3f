-- What may be spent per month, as the file said that was loaded last.
select scope, name, amount_usd, valid_from, org_id, note
from loaded_budgets
where loaded_at = (select max(loaded_at) from reference_loads where file = 'budgets')
