-- What a price book says, in an order of its own.
select * exclude (book)
from model_prices
where book = ?
order by all
