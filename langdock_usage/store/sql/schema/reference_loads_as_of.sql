-- The reference files that had been loaded by a moment; the last of each kind held.
create table reference_loads as
from received_reference_loads
where loaded_at <= $moment
