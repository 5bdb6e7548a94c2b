"""Sentences for the faults of fields, our own and the library's, in the caller's language."""

from collections.abc import Mapping

from shared.wire.faults import FAULTS

_OTHER = ("不合规格", "does not fit")
_NATIVE: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少此项", "is missing"),
    "extra_forbidden": ("没有这一项，请删去", "is not known here: leave it out"),
    "unexpected_keyword_argument": ("没有这一项，请删去", "is not known here: leave it out"),
    "string_type": ("应为文本", "must be a text"),
    "string_too_short": ("内容过短", "is too short"),
    "string_too_long": ("内容过长", "is too long"),
    "string_pattern_mismatch": ("格式不符", "does not have the right form"),
    "string_unicode": ("含有无法识别的字符", "contains characters that cannot be read"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数值过大", "is too large"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "bool_type": ("应为是或否", "must be true or false"),
    "bool_parsing": ("应为是或否", "must be true or false"),
    "greater_than": ("数值过小", "is too small"),
    "greater_than_equal": ("数值过小", "is too small"),
    "less_than": ("数值过大", "is too large"),
    "less_than_equal": ("数值过大", "is too large"),
    "enum": ("不在可选范围内", "is none of the choices"),
    "literal_error": ("不在可选范围内", "is none of the choices"),
    "list_type": ("应为列表", "must be a list"),
    "too_short": ("项数过少", "has too few items"),
    "too_long": ("项数过多", "has too many items"),
    "uuid_parsing": ("应为UUID", "must be a UUID"),
    "uuid_type": ("应为UUID", "must be a UUID"),
    "date_parsing": ("日期不存在", "is no date"),
    "date_from_datetime_parsing": ("日期不存在", "is no date"),
    "datetime_parsing": ("时间不存在", "is no time"),
    "datetime_from_date_parsing": ("时间不存在", "is no time"),
    "timezone_aware": ("应带时区", "must have an offset"),
    "dataclass_type": ("应为一组填写项", "must be an object"),
    "model_attributes_type": ("应为一组填写项", "must be an object"),
    "json_invalid": ("内容不是有效的JSON", "is no valid JSON"),
}


def sentence_of(code: str, *, english: bool) -> str:
    """Say in one language why a field is refused."""
    chinese, other = FAULTS.get(code) or _NATIVE.get(code) or _OTHER
    return other if english else chinese
