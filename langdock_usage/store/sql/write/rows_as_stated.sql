
-- behind take_in.sql: each row of the file is a row
select * exclude (raw_model)
from checked
