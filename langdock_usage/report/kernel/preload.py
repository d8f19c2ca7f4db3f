"""What the kernel of a report imports, which takes as long as the execution of the report.

A process that was forked from one that imported this module has it all.
"""

from importlib import import_module

from langdock_usage.report.kernel.import_jsonschema import import_jsonschema

MODULES = (
    "ipykernel.kernelapp",
    "pandas",
    "langdock_usage.charts",
    "langdock_usage.metrics.usage",
    "langdock_usage.report.page",
)

import_jsonschema()  # before those that import it
for module in MODULES:
    import_module(module)
