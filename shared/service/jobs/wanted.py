"""What a caller may ask of a desk of jobs: a file to be taken, a list to be written as one; and why it is not for the caller."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.kernel.errors import Forbidden, Invalid, NotFound
from shared.kernel.jobs import Atomic, Mode, Strategy
from shared.service.jobs.lists import Format
from shared.wire import AreaCode, SafeText, command

KindName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_]{1,40}$"),
    Field(description="文件种类，如农户登记表。The kind of file.", examples=["household_register"]),
]
ListName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z-]{1,40}$"),
    Field(description="清单名称，与其地址相同。The list, named as in its address.", examples=["households"]),
]


@command
class NewImport:
    """How a file is to be taken.

    `validate` only checks it and keeps what was read until it is committed; `commit` loads it at once. With `rows` good rows are loaded and bad
    ones reported, with `all` nothing is loaded unless every row is good (a file of one county only).
    """

    kind: KindName
    mode: Mode = Mode.COMMIT
    atomic: Atomic = Atomic.ROWS
    strategy: Strategy = Strategy.CREATE_AND_UPDATE


@command
class NewExport:
    """Which list to write as a file; the area and the status are the list's own filters."""

    list: ListName
    format: Format = Format.XLSX
    area: AreaCode | None = None
    status: Annotated[SafeText, Field(examples=["normal"])] | None = None


class NoSuchList(NotFound):
    sentence = "没有这份清单。"
    english = "There is no such list."


class NotYourList(Forbidden):
    sentence = "您的岗位不能导出这份清单。"
    english = "Your office does not export this list."


class NoSuchStatus(Invalid):
    sentence = "这份清单没有此种状态。"
    english = "This list knows no such status."


class NoSuchKind(NotFound):
    sentence = "没有这种文件。"
    english = "There is no such kind of file."


class NotYourKind(Forbidden):
    sentence = "您的岗位（部门）不能提交这种文件。"
    english = "Your office, or your department, does not send files of this kind."
