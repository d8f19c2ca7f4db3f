select * exclude (owned_by)
from counted_rows
where owned_by = $name
