-- How the tokens of one's own models add up, which follows from all rows of a model.
select *
from export_models
where model in (select model from own_rows where owned_by = $name)
  and export_id in (select export_id from exports where org_id = $org_id and window_end <= $last)
