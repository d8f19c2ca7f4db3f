-- A hash of rows, in whatever order they come.
select count(*), sum(hash(part)::hugeint)::varchar
from ({{ rows }}) as part
