-- Views without a cost: by their columns, from the first to the last.
order by all
