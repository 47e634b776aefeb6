"""A Terraform plugin's life: the handshake, TLS on a socket of its own, and an end with its parent's."""

from __future__ import annotations

import base64
import os
import pathlib
import signal
import sys
import tempfile
import threading
from concurrent import futures
from typing import TYPE_CHECKING, Any

import grpc
from tf.gen import grpc_controller_pb2 as controller_pb
from tf.gen import grpc_controller_pb2_grpc as controller_rpc
from tf.gen import grpc_stdio_pb2_grpc as stdio_rpc
from tf.gen import tfplugin_pb2_grpc as rpc

from .certificate import self_signed
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .engine import Provider

# hashicorp/go-plugin's core protocol, and Terraform's plugin protocol.
_CORE_PROTOCOL, _APP_PROTOCOL = 1, 6
_COOKIE = "TF_PLUGIN_MAGIC_COOKIE"
_LARGEST_MESSAGE = 256 << 20
_PARENT_CHECK_S = 0.25


class _Controller(controller_rpc.GRPCControllerServicer):  # type: ignore[misc] # generated code without types
    """go-plugin's way to end a plugin."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended = ended

    def Shutdown(self, _request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - the protocol's name and types
        """End the process."""
        self._ended.set()
        return controller_pb.Empty()


class _Stdio(stdio_rpc.GRPCStdioServicer):  # type: ignore[misc] # generated code without types
    """go-plugin's way to fetch what a plugin prints: nothing here prints."""

    def StreamStdio(self, _request: object, _context: object) -> Iterator[Any]:  # noqa: N802 - the protocol's name
        """Return an empty stream."""
        return iter(())


def serve(provider: Provider) -> None:
    """Serve Terraform until it is done, or gone; then end the process."""
    if not os.environ.get(_COOKIE):
        sys.exit("This is a Terraform provider: Terraform starts it, by way of a mirror. See README.md.")
    ended = threading.Event()
    _end_with_parent(ended)
    # An interrupt goes to the whole process group; Terraform then says by StopProvider what it wants.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    rpc.add_ProviderServicer_to_server(Service(provider), server)
    controller_rpc.add_GRPCControllerServicer_to_server(_Controller(ended), server)
    stdio_rpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    with tempfile.TemporaryDirectory(prefix="standin-") as folder:  # readable for its owner alone
        socket = pathlib.Path(folder) / "provider.sock"
        certificate = self_signed()
        credentials = grpc.ssl_server_credentials([(certificate.key_pem, certificate.pem)])
        server.add_secure_port(f"unix://{socket}", credentials)
        server.start()
        encoded = base64.b64encode(certificate.der).decode().rstrip("=")
        sys.stdout.write(f"{_CORE_PROTOCOL}|{_APP_PROTOCOL}|unix|{socket}|grpc|{encoded}\n")
        sys.stdout.flush()
        ended.wait()
        provider.stop()
        server.stop(grace=0.05).wait(1)
    # Threads that still wait for the emulator must not keep the process.
    os._exit(0)


def _end_with_parent(ended: threading.Event) -> None:
    """Make sure that no provider outlives its Terraform, however that ended."""
    # The kernel's own signal at a parent's death won't do: it comes when a thread of Terraform's ends, not Terraform.
    parent = os.getppid()

    def watch() -> None:
        while not ended.wait(_PARENT_CHECK_S):
            if os.getppid() != parent:
                ended.set()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
