-- Of each month, day or period the costliest first; the other columns settle ties.
order by
    columns('^(month|day|window_start|window_end)$'),
    total_cost_usd desc,
    columns(*)
