-- Models whose ambiguous rows are exclusive: other rows of theirs can only be that, and none can only
-- be something else.
select counted_exports.org_id, export_models.model
from export_models
join counted_exports on counted_exports.export_id = export_models.export_id
group by counted_exports.org_id, export_models.model
having bool_or(is_exclusive) and not bool_or(is_otherwise)
