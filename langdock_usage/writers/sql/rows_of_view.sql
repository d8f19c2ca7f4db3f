-- The rows of a view in a period: of each month, day or period the costliest first; where nothing has a
-- cost, by its columns from the first to the last.
select *
from {{ view }}
{% if grain != "whole" %}
where ($org_id::varchar is null or org_id = $org_id)
{% if grain == "period" %}
  and ($first::date is null or window_start >= $first)
  and ($last::date is null or window_end <= $last)
{% else %}
  and ($first::date is null or {{ grain }} >= $first)
  and ($last::date is null or {{ grain }} <= $last)
{% endif %}
{% endif %}
{% if has_cost %}
order by columns('^(month|day|window_start|window_end)$'), total_cost_usd desc, columns(*)
{% else %}
order by all
{% endif %}
