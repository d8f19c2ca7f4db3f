-- Usage of periods that lie within one calendar month; a period across the end of a month has no month.
create or replace view monthly_usage as
select
    date_trunc('month', window_start)::date as month,
    usage.*
from usage
where date_trunc('month', window_start) = date_trunc('month', window_end);

comment on view monthly_usage is 'One row per period within one month, API key and model.';
comment on column monthly_usage.month is 'First day of the month.';
