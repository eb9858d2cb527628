"""Labels that people gave to items drawn for a blind repeat."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.store import batches
from service.store.tables.labelling import Label, Selection
from service.store.tables.pool import Project
from service.store.training import IS_THERE, Row


def list_for(session: Session, project: Project) -> list[Row]:
    """Current labels that answer a blind repeat, in the order that they came."""
    query = (
        select(Label.position, Label.value, Label.number, Label.annotator)
        .join(Selection, batches.is_answer())
        .where(
            Label.project_id == project.id,
            Label.is_current,
            Selection.strategy == Asked.BLIND_REPEAT,
            IS_THERE,
        )
        .order_by(Label.number)
    )
    rows = session.execute(query)
    return [(at, value, number, who) for at, value, number, who in rows if value is not None]
