-- What the prices were made of; the newest book applies.
select book, made_at, list_version, list_sha256, sha256
from price_books
order by book desc
