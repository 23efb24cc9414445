"""What `make jupyter` tells its server, beside anybody's own settings.

JupyterLab notes in each notebook that it opens which kernel it has. Where the file says
anything else the notebook is unsaved before anybody has touched it, and saved two minutes
later. The book's notebooks name no version, to be the same wherever they are made. So the
server, where it reads one, says beforehand what JupyterLab would note; the file stays as it is.
"""

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class Untouched(AsyncLargeFileManager):
    """The files, and in each notebook for this Python the kernel that will run it."""

    async def get(self, *args, **kwargs):
        model = await super().get(*args, **kwargs)
        if model["type"] == "notebook" and model["content"]:
            metadata = model["content"]["metadata"]
            if metadata.get("kernelspec", {}).get("name") == NATIVE_KERNEL_NAME:
                spec = self.parent.kernel_spec_manager.get_kernel_spec(NATIVE_KERNEL_NAME)
                metadata["kernelspec"] = {
                    "name": NATIVE_KERNEL_NAME,
                    "display_name": spec.display_name,
                    "language": spec.language,
                }
                metadata["language_info"] = IPythonKernel.language_info
        return model


get_config().ServerApp.contents_manager_class = Untouched  # noqa: F821, given by Jupyter
