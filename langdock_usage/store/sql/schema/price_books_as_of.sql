-- The price books that had been made by a moment; before there was any, the first one applies.
create table price_books as
from received_price_books
where made_at <= $moment
   or book = (select min(book) from received_price_books)
