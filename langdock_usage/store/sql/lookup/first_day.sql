-- The first day that is stored, or that a fetch requested which brought something.
select least(min(window_start), min(asked_from))
from exports
where org_id is not distinct from $org_id
