"""Taking in a body that may take long, in time.

Promises: no sender is waited for longer than so long, between two pieces and altogether.
Does not promise to close the sender's connection: the server does, when it stops.
Not for bodies of the ordinary size, which the framework reads at once.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from shared.kernel.errors import Incomplete

IDLE_SECONDS = 30.0
"""How long a sender may be silent between two pieces of a body."""


class UploadTooSlow(Incomplete):
    sentence = "上传过慢或中断，请在网络良好时用同一操作编号重试。"
    english = "The upload is too slow or has stopped: try again with the same key when the network is better."


async def in_time(chunks: AsyncIterator[bytes], *, seconds: float, idle_seconds: float = IDLE_SECONDS) -> AsyncGenerator[bytes, None]:
    """Pass a body on as it comes.

    :raises UploadTooSlow: a piece keeps one waiting too long, or the whole does.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while True:
        try:
            async with asyncio.timeout(min(idle_seconds, end - clock())):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise UploadTooSlow from error
        if chunk is None:
            return
        yield chunk
