"""What may happen to a command at any moment, again and again.

A short form is part of every run of the tests. `ENDURANCE=long` makes it long.
"""

import os

IS_LONG = os.environ.get("ENDURANCE") == "long"
