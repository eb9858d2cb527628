"""Uploads until ranked, against the bare disk and against bare hashing."""

from collections.abc import Sequence
from typing import Any

from benchmarks.bench import corpora, floors, pools
from benchmarks.bench.caller import calling
from benchmarks.bench.corpora import Corpus
from benchmarks.bench.figures import Figure, Judged, Target
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
    """Measure an Arrow stream of vectors."""
    pool = pools.vectors(site, rows=site.count(VECTORS, least=LEAST_ROWS), width=WIDTH)
    before = floors.write(pool.path, site.folder / "written")
    seen, details = _ingest(site, pool)
    after = floors.write(pool.path, site.folder / "written")
    return [
        Figure(
            name="ingest_arrow",
            unit="s",
            value=seen.seconds,
            base=(before + after) / 2,
            base_of="the same bytes written, with fsync",
            target=Target(
                words="at most 6 x the bare write", bound=MOST_OVER_DISK, judged=Judged.RATIO
            ),
            details={**details, "writes": [round(before, 3), round(after, 3)]},
        )
    ]


def texts(site: Site) -> Sequence[Figure]:
    """Measure NDJSON of texts."""
    corpus = corpora.documents(site, rows=site.count(DOCUMENTS, least=LEAST_ROWS))
    before = floors.hashing(corpus)
    seen, details = _ingest(site, corpus)
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


def _ingest(site: Site, pool: Pool | Corpus) -> tuple[Ingest, dict[str, Any]]:
    with on_postgres(site, "ingest") as service, calling(service.address) as caller:
        project = caller.make_project({"name": "ingest", "seed": 1, **pool.settings})
        site.say(f"registering {pool.rows:,} items")
        seen = register(caller, project, pool)
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
