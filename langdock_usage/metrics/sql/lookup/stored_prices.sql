-- What the newest price book says of a model.
select *
from prices_in_force
where org_id = $org_id and model = $model
