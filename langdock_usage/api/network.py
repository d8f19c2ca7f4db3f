"""Bad connections as errors of this package, and how long to wait for an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from langdock_usage.errors import NoAnswer, Overloaded, ServiceUnavailable

# An export takes half a minute when all is well.
TIMEOUT = httpx.Timeout(300.0, connect=10.0, pool=None)
ANSWER_SECONDS = 900.0  # for a whole answer: a host that drips byte by byte stops nobody for ever


@asynccontextmanager
async def network(who: str) -> AsyncIterator[None]:
    """Raises NoAnswer, Overloaded, ServiceUnavailable; `who` begins their text."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except (httpx.TimeoutException, TimeoutError) as error:
        raise NoAnswer(f"{who} did not answer in time.") from error
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
        # as a host may do that has too much to do
        raise Overloaded(f"{who} cut the connection ({type(error).__name__}).") from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise ServiceUnavailable(f"{who} cannot be reached ({type(error).__name__}).") from error
