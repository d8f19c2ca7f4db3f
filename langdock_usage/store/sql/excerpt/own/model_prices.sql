select *
from model_prices
where org_id = $org_id
  and model in (select model from own_rows where owned_by = $name)
