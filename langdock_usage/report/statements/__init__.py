"""Statements: one report and one workbook for each team or cost centre, with its usage only."""
