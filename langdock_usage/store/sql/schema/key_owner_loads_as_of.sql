-- The keys files that had been loaded by a moment; the last of them held.
create table key_owner_loads as
from received_key_owner_loads
where loaded_at <= $moment
