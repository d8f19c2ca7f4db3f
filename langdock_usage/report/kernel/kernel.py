"""The kernel that executes a report: this very Python, without the key to the service."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

SECRETS = ("LANGDOCK_API_KEY",)


class ReportKernelManager(AsyncKernelManager):
    """Starts this interpreter, whatever kernels the user has installed under the name python3."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._folder = tempfile.TemporaryDirectory(prefix="langdock-usage-")
        self.connection_file = str(Path(self._folder.name) / "kernel.json")
        if os.name == "posix":  # sockets that nobody else can reach, and no race for free ports
            self.transport = "ipc"

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel there is."""
        launch = [
            sys.executable,
            "-m",
            "langdock_usage.report.kernel.report_kernel",
            "-f",
            "{connection_file}",
        ]
        launch.append("--log-level=CRITICAL")  # its end is not an error for the user to read
        return KernelSpec(argv=launch, language="python", display_name="Python 3")

    async def _async_start_kernel(self, **options: Any) -> None:
        options["env"] = {k: value for k, value in os.environ.items() if k not in SECRETS}
        await super()._async_start_kernel(**options)

    start_kernel = _async_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if not restart:
            self._folder.cleanup()

    cleanup_resources = _async_cleanup_resources
