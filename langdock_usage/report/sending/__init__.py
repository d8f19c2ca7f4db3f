"""What goes with reports to those who read them: the list of all reports, mail, paper."""
