select * from price_books
