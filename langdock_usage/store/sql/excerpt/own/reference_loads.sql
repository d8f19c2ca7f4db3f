-- Which of the reference files the lines above are from, and how many are one's own.
select file, max(loaded_at) as loaded_at, 0 as line_count
from reference_loads
where file in ('keys', 'workspaces', 'budgets', 'expected', 'rates_used')
group by file
