"""Wait for the formula renderer until it listens.

sphinxcontrib.katex starts it and connects as soon as its socket exists, which on a busy machine is before
it listens: the build fails, and the renderer stays behind. Its way for Windows tries again, and works here.
"""

from sphinx.application import Sphinx
from sphinxcontrib import katex


def setup(_: Sphinx) -> dict[str, bool]:
    """Start the renderer the patient way."""
    katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
    katex.STARTUP_TIMEOUT = 60.0
    return {"parallel_read_safe": True, "parallel_write_safe": True}
