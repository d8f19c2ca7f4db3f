-- Usage of periods that lie within one calendar month; a period across the end of a month has no month.
select *
from usage
where month is not null
