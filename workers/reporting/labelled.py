"""The labels of a project, read once for all sections of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from service.store import training
from service.store.tables.pool import Project
from service.store.training import Row
from workers.learning import consensus
from workers.learning.consensus import Resolved


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """What people say of items: rows of position, class, number and annotator."""

    known: Sequence[Row]
    """Every current label, those of the reserve included."""
    training: Sequence[Row]
    """Those outside the reserve."""
    audit: Sequence[Row]
    """Those of the reserve that judge versions."""

    @cached_property
    def taught(self) -> Resolved:
        """One label an item outside the reserve."""
        return consensus.of_rows(self.training)

    @cached_property
    def truth(self) -> Resolved:
        """One label an item of the reserve that judges versions."""
        return consensus.of_rows(self.audit)

    @cached_property
    def items(self) -> int:
        """Items that have a label of somebody, in the reserve and outside."""
        return len({position for position, *_ in self.known})


def load(session: Session, project: Project) -> Labelled:
    """Read them."""
    return Labelled(
        known=training.known_rows(session, project),
        training=training.rows(session, project),
        audit=training.audit_rows(session, project),
    )
