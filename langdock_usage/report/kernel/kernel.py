"""The kernel that executes a report: this very Python, without the key to the service."""

import asyncio
import os
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from langdock_usage.report.kernel.process import KernelProcess

KERNEL = KernelSpec(
    argv=[
        "-f",
        "{connection_file}",
        "--log-level=CRITICAL",  # its end is not an error for the user to read
        "--IPKernelApp.extra_extensions=langdock_usage.report.kernel.display",
        "--HistoryManager.enabled=False",  # nobody goes back to what a report executed
    ],
    env={"LANGDOCK_API_KEY": ""},
    interrupt_mode="message",
    language="python",
    display_name="Python 3",
)


def kernel_manager(kernel: KernelProcess) -> type[AsyncKernelManager]:
    """The kind of manager, as papermill takes it, whose kernel runs in this process."""

    class Manager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.provisioner = _Provisioner(kernel, parent=self, kernel_spec=KERNEL)
            self.connection_file = str(kernel.folder / "kernel.json")
            if os.name == "posix":  # sockets that nobody else can reach, no race for free ports
                self.transport = "ipc"

        @property
        def kernel_spec(self) -> KernelSpec:
            """The one kernel there is, whatever kernels the user has installed."""
            return KERNEL

    return Manager


class _Provisioner(LocalProvisioner):
    """Runs the kernel in a process that is there already."""

    def __init__(self, kernel: KernelProcess, **options: Any) -> None:
        super().__init__(**options)
        self._kernel = kernel
        self._is_launched = False

    @property
    def has_process(self) -> bool:
        return self._is_launched

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        self._kernel.run(cmd, options["env"])
        self._is_launched = True
        return self.connection_info

    async def poll(self) -> int | None:
        return self._kernel.process.exitcode

    async def wait(self) -> int | None:
        while self._kernel.process.exitcode is None:
            await asyncio.sleep(0.02)
        self._is_launched = False
        return self._kernel.process.exitcode

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002
        self._kernel.process.kill()

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002
        self._kernel.process.terminate()
