"""A stand-in of the Usage Export API over real HTTP, with a synthetic workspace behind it.

`from langdock_usage.sandbox.service.server import serve` and
`from langdock_usage.sandbox.workspace.workspace import Workspace` are what others use.
Nothing is imported here: numpy, the price list and the web server are paid for by those who
start a sandbox, not by `import langdock_usage`.
"""
