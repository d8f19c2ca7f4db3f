"""What of a month needs a person: one finding for each thing that is wrong, for cron and CI."""
