"""Reference files: what people state beside the exports, like whose each API key is.

All kinds are read, loaded, kept, brought back and seen as of a moment in the same way. A new kind
is a module here. Its dataclass has a field for each column of the CSV, annotated with what reads
the cells (`cells.py` has some); its `ReferenceFile` says its names and the rules of its lines.
Listed in `kinds.py`, it has commands, copies in the archive, and a table in the database. Beside
the module it takes

- a view of the lines that were loaded last, in `store/sql/staging`;
- the query of its template, `ingest/sql/NAME_template.sql`: its columns, and those that help to
  fill them in;
- its words in the dictionary, `columns.toml`.
"""
