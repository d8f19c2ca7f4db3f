{% import "store/periods" as periods %}
-- The partitions of what does not count: exports that were superseded, or covered by others.
select
    org_id,
    {{ periods.month("window_start", "window_end") }} as month,
    sha256(list((export_id, sha256, record_count) order by export_id)::varchar)
from {{ database }}.exports
where record_count > 0
  and export_id not in (select export_id from {{ database }}.counted_exports)
group by all
