"""Redis for what may be lost: questions that wait for a worker's answer."""

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from service.errors import Unavailable, retry_after


class Live:
    """Questions and answers under keys that expire by themselves."""

    def __init__(self, url: str, *, timeout: float) -> None:
        # No retries by the client: a pop whose reply was lost must not be repeated, and a
        # blocking read must not be cut off by the socket before its own time is up.
        self._redis = redis.Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=timeout + 5,
            socket_connect_timeout=2,
            health_check_interval=0,
        )
        self._prompt = redis.Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_timeout=2, socket_connect_timeout=2
        )

    def ping(self) -> None:
        """Raise RedisError unless the server answers within two seconds."""
        self._prompt.ping()

    def ask(self, request_id: str, question: bytes, *, seconds: float) -> None:
        """Put a question where a worker finds it.

        Raises:
            Unavailable: the server does not answer.
        """
        try:
            self._redis.set(_question(request_id), question, px=int(seconds * 1000) + 5000)
        except RedisError as error:
            raise _away() from error

    def wait(self, request_id: str, *, seconds: float) -> bytes | None:
        """Wait for the answer; none if it does not come in time.

        Raises:
            Unavailable: the server does not answer.
        """
        try:
            popped = self._redis.blpop([_answer(request_id)], timeout=seconds)
        except RedisError as error:
            raise _away() from error
        return popped[1] if popped else None

    def question(self, request_id: str) -> bytes | None:
        """Take a question; none if it has expired or was taken."""
        return self._redis.getdel(_question(request_id))

    def answer(self, request_id: str, answer: bytes) -> None:
        """Hand the answer to who waits."""
        with self._redis.pipeline() as pipe:
            pipe.rpush(_answer(request_id), answer)
            pipe.expire(_answer(request_id), 60)
            pipe.execute()


def _question(request_id: str) -> str:
    return f"al:predict:{request_id}:question"


def _answer(request_id: str) -> str:
    return f"al:predict:{request_id}:answer"


def _away() -> Unavailable:
    return Unavailable("the broker does not answer; try again soon", headers=retry_after(2))
