"""Uploads until ranked, against the bare disk and against bare hashing."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from benchmarks.bench import corpora, floors, pools
from benchmarks.bench.caller import calling
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


def vectors(site: Site) -> Sequence[Figure]:
    """Measure an Arrow stream of vectors, also into a service that has just begun."""
    pool = pools.vectors(site, rows=site.count(VECTORS, least=LEAST_ROWS), width=WIDTH)
    few = pools.vectors(site, rows=LEAST_ROWS, width=WIDTH)
    first = floors.write(pool.path, site.folder / "written")
    begun = _ingest(site, pool)
    second = floors.write(pool.path, site.folder / "written")
    settled = _ingest(site, pool, few=few)
    third = floors.write(pool.path, site.folder / "written")
    target = Target(words="at most 6 x the bare write", bound=MOST_OVER_DISK, judged=Judged.RATIO)
    return [
        _written("ingest_arrow", *settled, target=target, writes=(second, third)),
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
    site: Site, pool: Pool | Corpus, *, few: Pool | Corpus | None = None
) -> tuple[Ingest, dict[str, Any]]:
    """Measure an upload.

    Args:
        few: what goes the same way before; else the workers may still be starting.
    """
    with on_postgres(site, "ingest") as service, calling(service.address) as caller:
        for each in (few, pool) if few is not None else (pool,):
            project = caller.make_project({"name": "ingest", "seed": 1, **each.settings})
            site.say(f"registering {each.rows:,} items")
            seen = register(caller, project, each)
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


def blob_bytes(folder: Any) -> int:
    """Bytes of all blobs of a service."""
    return sum(each.stat().st_size for each in (folder / "blobs").rglob("*") if each.is_file())
