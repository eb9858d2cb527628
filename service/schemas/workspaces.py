"""Workspaces on the wire."""

from marshmallow import fields

from service.schemas.base import NAME, In, Out, Time, page_of
from service.schemas.contents import TextField


class WorkspaceIn(In):
    """A workspace to make."""

    name = TextField(required=True, validate=NAME)


class WorkspaceOut(Out):
    """A workspace."""

    id = fields.UUID()
    name = fields.String()
    created_at = Time()


class NewWorkspaceOut(WorkspaceOut):
    """A workspace just made: its admin key is shown this once."""

    admin_key = fields.String(allow_none=True)


WorkspacePageOut = page_of(WorkspaceOut)
