select distinct team
from key_owners
where team is not null
order by team
