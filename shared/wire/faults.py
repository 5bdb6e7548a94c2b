"""Why a field is refused: a code, and a sentence in Chinese and English. The value itself is never repeated."""

from collections.abc import Mapping

from pydantic_core import PydanticCustomError

FAULTS: Mapping[str, tuple[str, str]] = {
    "unsafe_text": ("含有不能保存或会隐藏其他文字的字符", "contains characters that cannot be kept or that hide others"),
    "money": ("应为文本形式的金额，如 1234.50，不为负，单位元", "must be a text like 1234.50, not negative, in yuan"),
    "time": ("应为带时区的时间，如 2021-09-22T09:30:00+08:00", "must be an ISO 8601 text with an offset, like 2021-09-22T09:30:00+08:00"),
    "time_range": ("应在1900年至2100年之间", "must lie between 1900 and 2100"),
    "day": ("应为日期，如 2021-01-01", "must be a date like 2021-01-01"),
    "id_number_form": ("应为18位：17位数字加校验码", "must have 17 digits and a check digit"),
    "id_number_birth": ("出生日期不存在或不可能", "holds an impossible date of birth"),
    "id_number_check_digit": ("校验码不符，请核对号码", "has a wrong check digit"),
    "certificate_number": ("应为4至30位字母、数字、汉字、括号或连字符", "must have 4 to 30 letters, digits, Chinese characters, brackets or hyphens"),
    "bank_account": ("应为8至30位数字", "must have 8 to 30 digits"),
    "address": ("应为1至100个可见字符", "must be a text of 1 to 100 printable characters"),
    "quantity": ("应为文本形式的数，如 3.50，不为负，最多两位小数", "must be a text like 3.50, not negative, with two decimals at most"),
    "phone": ("应为11位手机号码", "must have 11 digits"),
    "person_name": ("应为1至50个可见字符", "must be a text of 1 to 50 printable characters"),
    "multipart": ("应为 multipart/form-data 表单", "must be multipart/form-data"),
    "repeated": ("出现多次，只能有一次", "stands more than once"),
    "uuid7": ("应为第7版UUID", "must be a UUID of version 7"),
}


def fault(code: str) -> PydanticCustomError:
    """Make the error of one of our own codes."""
    return PydanticCustomError(code, FAULTS[code][1])  # pyright: ignore[reportArgumentType]  (wants a literal)
