{% import "writers/lake/all_of" as all_databases %}
-- The newest books of all databases are one, and so are those before them, and so on.
with books as (
    select *, row_number() over (partition by database order by book desc) as age
    from {{ all_databases.all_of(databases, "price_books") }}
)

select
    1 + max(age) over () - age as book,
    max(made_at) as made_at,
    string_agg(distinct list_version, ', ' order by list_version) as list_version,
    {% for hash in ("list_sha256", "sha256") %}
    case
        when count(distinct {{ hash }}) = 1 then any_value({{ hash }})
        else sha256(string_agg({{ hash }}, ' ' order by database))
    end as {{ hash }}{{ "," if not loop.last }}
    {% endfor %}
from books
group by age
