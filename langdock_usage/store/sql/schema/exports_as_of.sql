-- The exports that had been received by a moment; what came later superseded nothing yet.
create table exports as
select received.* replace (
    case when newer.fetched_at > $moment then null else received.superseded_by end as superseded_by
)
from received
left join received as newer on newer.export_id = received.superseded_by
where received.fetched_at <= $moment
