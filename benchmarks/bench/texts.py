"""Judgements to the next ranked documents, against HiCAL's engine on the same corpus."""

import contextlib
import importlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench import corpora
from benchmarks.bench.caller import calling
from benchmarks.bench.corpora import CLASSES, Corpus
from benchmarks.bench.figures import Figure, Judged, Target
from benchmarks.bench.ranks import told
from benchmarks.bench.rounds import BEFORE, LABELS, RETRAIN, Positions, Rounds
from benchmarks.bench.servers import PROCESSES, on_postgres
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import register

ROWS = 200_000
REPEATS = 7
LEAST_ROWS = 2_000
DEPTH = 1_000
"""Documents that HiCAL has ranked when it is done."""

SEED = "badafa"
TARGET = Target(words="not slower than hical 0.3.0", bound=1.0, judged=Judged.RATIO)
NAME = "text_200k"


class Peer:
    """HiCAL's continuous active learning in this process, with a thread a core."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self._corpus = corpus
        hical: Any = importlib.import_module("hical")
        built = folder / "hical.bin"
        config = folder / "hical.yaml"
        config.write_text(_config(corpus.path, built))
        began = time.perf_counter()
        self._log = folder / "hical.log"
        with _said_into(self._log):
            hical.build_corpus(str(config))
        self.seconds_to_build = time.perf_counter() - began
        with _said_into(self._log):
            self._session = hical.open_dataset(str(built)).start_session(
                relevant_seeds=SEED,
                review_batch_size=DEPTH,
                # Once for each round: its own default is once a judgement.
                retrain_every_n_judgments=LABELS,
                config=hical.SessionConfig(num_threads=PROCESSES, ranking_depth=DEPTH),
            )

    def judge(self, positions: Positions) -> float:
        """Judge documents and get the next ones; answer the seconds."""
        answers = self._corpus.answers(positions)
        judgements = {key: 1 if value == CLASSES[1] else -1 for key, value in answers.items()}
        before = self._session.current_iteration
        with _said_into(self._log):
            began = time.perf_counter()
            self._session.judge_many(judgements)
            ranked = self._session.next_batch(DEPTH)
            seconds = time.perf_counter() - began
        if not ranked or self._session.current_iteration == before:
            raise RuntimeError("HiCAL has not trained")
        return seconds


def measure(site: Site) -> Sequence[Figure]:
    """Measure both in turn, round by round."""
    corpus = corpora.documents(site, rows=site.count(ROWS, least=LEAST_ROWS))
    try:
        peer = Peer(corpus, site.folder)
    except ImportError:
        return [Figure(name=NAME, unit="s", target=TARGET, note="hical is not installed")]
    with on_postgres(site, "text") as service, calling(service.address) as caller:
        settings = {"name": "text", "seed": 1, "retrain": RETRAIN, **corpus.settings}
        project = caller.make_project(settings)
        site.say(f"registering {corpus.rows:,} documents")
        register(caller, project, corpus)
        ours = Rounds(caller, project, corpus)
        ours.warm_up()
        known = ours.labelled
        first = min(BEFORE, corpus.rows // 2)
        peer.judge(known[:first])
        peer.judge(known[first:])
        rounds, peers = [], []
        for _ in range(site.count(REPEATS, least=3)):
            peers.append(peer.judge(ours.coming()[-LABELS:]))
            rounds.append(ours.measure())
            site.say(f"{rounds[-1].seconds:.3f} s, hical {peers[-1]:.3f} s")
    return [
        Figure(
            name=NAME,
            unit="s",
            value=median(each.seconds for each in rounds),
            base=median(peers),
            base_of="hical 0.3.0, judge to rescored",
            target=TARGET,
            details={
                **told(rounds),
                "hical": [round(each, 4) for each in peers],
                "hical_build_seconds": round(peer.seconds_to_build, 2),
            },
        )
    ]


@contextlib.contextmanager
def _said_into(log: Path) -> Iterator[None]:
    """Send what the engine writes past Python to a file."""
    before = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _config(source: Path, target: Path) -> str:
    """What HiCAL needs to build its features: its native tokeniser, two threads."""
    parts: Mapping[str, Mapping[str, object]] = {
        "input": {"format": "jsonl", "path": source, "doc_id_field": "key", "text_fields": "text"},
        "preprocessing": {"mode": "native"},
        "output": {"path": target, "build_threads": PROCESSES},
    }
    lines = []
    for part, options in parts.items():
        lines += [f"{part}:", *(f"  {name}: {value}" for name, value in options.items())]
    return "\n".join(lines)
