{% import "writers/lake/all_of" as all_databases %}
-- The prices of the books that `price_books` puts together.
with books as (
    select database, book, row_number() over (partition by database order by book desc) as age
    from {{ all_databases.all_of(databases, "price_books") }}
)

select prices.* exclude (database) replace (1 + (select max(age) from books) - age as book)
from {{ all_databases.all_of(databases, "model_prices") }} as prices
join books on books.database = prices.database and books.book = prices.book
