-- The partitions of `usage`, and a hash of all that their rows are made of: rows of an export never
-- change, but which exports count, and how ambiguous tokens of a model add up.
with ambiguous as (
    select
        export_rows.month,
        exclusive_models.org_id,
        list(distinct exclusive_models.model order by exclusive_models.model) as models
    from {{ database }}.export_rows
    join {{ database }}.exclusive_models
        on exclusive_models.org_id = export_rows.org_id
        and exclusive_models.model = export_rows.model
    where row_accounting = 'ambiguous'
    group by all
),

partitions as (
    select
        org_id,
        month,
        list((export_id, sha256, record_count, timezone) order by export_id) as exports
    from {{ database }}.counted_exports
    where record_count > 0
    group by org_id, month
)

select
    partitions.org_id,
    partitions.month,
    sha256((exports, models)::varchar)
from partitions
left join ambiguous
    on ambiguous.org_id is not distinct from partitions.org_id
    and ambiguous.month is not distinct from partitions.month
