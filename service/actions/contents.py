"""Whether what was sent is what the project takes."""

from collections.abc import Sequence

from service.domain.catalogue import InputType
from service.domain.contents import Content
from service.errors import Fault, Unacceptable
from service.store.tables.pool import Project


def check(project: Project, sent: Sequence[Content]) -> None:
    """Compare contents with the project's input.

    Raises:
        Unacceptable: some do not fit; each is named.
    """
    input_type = InputType(project.input_type)
    faults = []
    for index, content in enumerate(sent):
        problem = content.problem(input_type, project.dimensions)
        if problem is not None:
            name, detail = problem
            faults.append(Fault(f"/items/{index}/{name}", detail))
    if faults:
        raise Unacceptable("some items do not fit the project's input", faults=faults)
