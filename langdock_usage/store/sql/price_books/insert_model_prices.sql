-- What the newest price book says of some models.
insert into model_prices by name
select
    (select max(book) from price_books) as book,
    unnest($rows, max_depth := 2)
