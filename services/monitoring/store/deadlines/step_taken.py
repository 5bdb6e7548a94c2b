"""What each step took: written by triggers in the statement that ends the step, never by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, text
from sqlmodel import Field

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.store.base import Base
from shared.database.columns import code, instant, one_of, only


class StepTakenRow(Base, table=True):
    """A step that is done: when it began, when its limit ended, when it was done, and how many working days that took; unknown where a year has no
    calendar. The lead or the case itself keeps the limit of the step under way only."""

    __tablename__ = "step_taken"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("subject_kind", Subject),
        Index("ix_step_taken_subject_id", "county_code", "subject_id"),
        Index("ix_step_taken_household_id", "county_code", "household_id"),
    )

    county_code: str = code()
    id: UUID = Field(sa_column_kwargs={"server_default": text("uuidv7()")})
    area_code: str = code()
    household_id: UUID | None = None
    subject_kind: Subject = one_of(Subject)
    subject_id: UUID
    step: str = code()
    began_at: datetime = instant()
    due_at: datetime = instant()
    done_at: datetime = instant()
    workdays: int | None = None
