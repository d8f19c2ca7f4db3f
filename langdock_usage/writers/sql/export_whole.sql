select *
from query_table($view)
