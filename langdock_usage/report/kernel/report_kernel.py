"""The kernel of a report as a program: that of IPython, sooner ready."""

import sys
from importlib import import_module
from pathlib import Path

from langdock_usage.report.kernel.quick_imports import without_uri_grammar

if __name__ == "__main__":
    # as in ipykernel_launcher; IPython adds the working directory again
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]

    with without_uri_grammar():
        import_module("jsonschema")

    from ipykernel import kernelapp

    kernelapp.launch_new_instance(extra_extensions=["langdock_usage.report.kernel.report_display"])
