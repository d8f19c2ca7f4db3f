-- Every calendar day of this month: is it there, and may it still change?
select
    calendar.day::date as day,
    covered_days.day is not null as is_covered,
    coalesce(is_provisional, false) as is_provisional
from generate_series($month::date, last_day($month::date), interval 1 day) as calendar(day)
left join covered_days on covered_days.day = calendar.day::date
order by day
