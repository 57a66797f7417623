"""The `unrealcv` client without its chatter: a server that has gone ends the waiting request at once.

The client of `unrealcv` 1.3.2 prints to stdout and tries ten times over 55 s to read from a closed socket before it tells
anybody; a lost engine would stall a worker for a minute.
"""

import contextlib
import logging

import unrealcv

logging.getLogger("unrealcv").setLevel(logging.CRITICAL)


class QuietClient(unrealcv.Client):
    """Same wire, same requests; reading from a closed socket is an error, once."""

    def receive(self) -> bytes | None:
        """One frame.

        Raises:
            ConnectionError: the server has closed the connection; the waiting request gets it too.
        """
        if not self.isconnected():
            return None
        message = unrealcv.SocketMessage.ReceivePayload(self.sock)
        if isinstance(message, bytes) and message:
            return message
        error = ConnectionError("the engine closed the connection")
        self.disconnect()
        self.recv_data_q.put(error)
        raise error

    def receive_loop_queue(self) -> None:
        """Body of the reading thread; ends with the connection."""
        with contextlib.suppress(ConnectionError, OSError, AttributeError):
            super().receive_loop_queue()
