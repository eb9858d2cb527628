"""Uploads until ranked, against the bare disk and against bare hashing."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

from benchmarks.bench import corpora, floors, pools, states
from benchmarks.bench.caller import Caller, calling
from benchmarks.bench.corpora import Corpus
from benchmarks.bench.figures import REPORTED, Figure, Judged, Target
from benchmarks.bench.pools import Pool
from benchmarks.bench.postgres import sizes
from benchmarks.bench.servers import on_postgres
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import Ingest, register

VECTORS, WIDTH = 1_000_000, 384
DOCUMENTS = 200_000
LEAST_ROWS = 2_000
MOST_OVER_DISK = 6.0
LEAST_OF_HASHING = 0.4
TIMES_WRITTEN = 5
"""Memory that an upload takes, in its own size: body, features, rows, and what is read of them."""


def vectors(site: Site) -> Sequence[Figure]:
    """Measure an Arrow stream of vectors: after a rest, as a service begins, with memory at hand.

    The bare write is measured before and behind each, with memory in the same state.
    """
    pool = pools.vectors(site, rows=site.count(VECTORS, least=LEAST_ROWS), width=WIDTH)
    few = pools.vectors(site, rows=LEAST_ROWS, width=WIDTH)

    def rest() -> None:
        states.rest(site)

    def take() -> None:
        states.at_hand(TIMES_WRITTEN * pool.path.stat().st_size)

    def bare(prepare: Callable[[], None]) -> float:
        prepare()
        return floors.write(pool.path, site.folder / "written")

    first = bare(rest)
    begun = _ingest(site, pool)
    second = bare(rest)
    settled = _ingest(site, pool, few=few, prepare=rest)
    third, fourth = bare(rest), bare(take)
    at_hand = _ingest(site, pool, few=few, prepare=take)
    fifth = bare(take)
    target = Target(words="at most 6 x the bare write", bound=MOST_OVER_DISK, judged=Judged.RATIO)
    return [
        _written("ingest_arrow", *settled, target=target, writes=(second, third)),
        _written("ingest_arrow_at_hand", *at_hand, target=target, writes=(fourth, fifth)),
        _written("ingest_arrow_begun", *begun, target=REPORTED, writes=(first, second)),
    ]


def _written(
    name: str,
    seen: Ingest,
    details: Mapping[str, Any],
    *,
    target: Target,
    writes: tuple[float, float],
) -> Figure:
    return Figure(
        name=name,
        unit="s",
        value=seen.seconds,
        base=mean(writes),
        base_of="the same bytes written, with fsync",
        target=target,
        details={**details, "writes": [round(each, 3) for each in writes]},
    )


def texts(site: Site) -> Sequence[Figure]:
    """Measure NDJSON of texts."""
    corpus = corpora.documents(site, rows=site.count(DOCUMENTS, least=LEAST_ROWS))
    few = corpora.documents(site, rows=LEAST_ROWS)
    before = floors.hashing(corpus)
    seen, details = _ingest(site, corpus, few=few)
    after = floors.hashing(corpus)
    return [
        Figure(
            name="ingest_text",
            unit="texts/s",
            value=corpus.rows / seen.seconds,
            base=2 * corpus.rows / (before + after),
            base_of="scikit-learn's hashing alone, 2 processes",
            target=Target(
                words="at least 0.4 of hashing alone",
                bound=LEAST_OF_HASHING,
                is_least=True,
                judged=Judged.RATIO,
            ),
            details={**details, "hashing": [round(before, 3), round(after, 3)]},
        )
    ]


def _ingest(
    site: Site,
    pool: Pool | Corpus,
    *,
    few: Pool | Corpus | None = None,
    prepare: Callable[[], None] | None = None,
) -> tuple[Ingest, dict[str, Any]]:
    """Measure an upload.

    Args:
        few: what goes the same way before; else the workers may still be starting.
        prepare: called directly before the upload.
    """
    with on_postgres(site, "ingest") as service, calling(service.address) as caller:
        if few is not None:
            _register(site, caller, few)
        if prepare is not None:
            prepare()
        seen = _register(site, caller, pool)
        return seen, {
            "seconds": round(seen.seconds, 3),
            "answered": round(seen.sent, 3),
            "stages": dict(seen.stages),
            "shares": seen.shares(),
            "is_bulk": seen.is_bulk,
            "upload_bytes": pool.path.stat().st_size,
            "tables": sizes(service.database),
            "blob_bytes": blob_bytes(service.folder),
        }


def _register(site: Site, caller: Caller, pool: Pool | Corpus) -> Ingest:
    project = caller.make_project({"name": "ingest", "seed": 1, **pool.settings})
    site.say(f"registering {pool.rows:,} items")
    return register(caller, project, pool)


def blob_bytes(folder: Any) -> int:
    """Bytes of all blobs of a service."""
    return sum(each.stat().st_size for each in (folder / "blobs").rglob("*") if each.is_file())
