"""`python -m workers` works on the stages; `predict` and `simulate` are queues of their own."""

import os
import sys

from service import garbage
from service.domain.runs import LEARNING_QUEUES, PREDICT_QUEUE, SIMULATE_QUEUE
from workers.app import app, settings

# SIGTERM lets a stage finish if it can within the soft shutdown, then gives its message back.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

_LEARNING = ["--pool=prefork", f"--concurrency={settings.workers}"]
_PREDICTING = ["--pool=threads", "--concurrency=2"]


def main(argv: list[str]) -> int:
    """Start a worker; answer the exit code."""
    match argv:
        case []:
            pool, queues, name = _LEARNING, ",".join(LEARNING_QUEUES), "learn"
        case ["predict"]:
            pool, queues, name = _PREDICTING, PREDICT_QUEUE, "predict"
        case ["simulate"]:
            pool, queues, name = _LEARNING, SIMULATE_QUEUE, "simulate"
        case _:
            sys.stderr.write("usage: python -m workers [predict|simulate]\n")
            return 2
    garbage.look_seldom()  # what is loaded behind this comes in a sixth less time
    quiet = ["--without-gossip", "--without-mingle", "--loglevel=WARNING"]
    app.worker_main(["worker", f"--hostname={name}@%h", f"--queues={queues}", *pool, *quiet])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
