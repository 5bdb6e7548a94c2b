"""Who a person is: by an ID number, by another certificate, or by none yet (R52, plan ch.3 s.3).

An ID number says the day of birth and the sex, which are kept beside it; without one they have to be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.errors import Invalid, NotYetHappened
from shared.kernel.people import CertificateNumber, IdNumber


class Sex(StrEnum):
    MALE = "male"  # 男
    FEMALE = "female"  # 女


class Certificate(StrEnum):
    """证件类型."""

    RESIDENT_ID = "resident_id"  # 居民身份证，残疾人证号亦以其为前18位
    MILITARY = "military"  # 军人证件
    HK_MACAO = "hk_macao"  # 港澳居民来往内地通行证
    TAIWAN = "taiwan"  # 台湾居民来往大陆通行证
    FOREIGN_PASSPORT = "foreign_passport"  # 外国护照
    NONE = "none"  # 尚无证件


# County code -> the code that ID numbers began with until December 2003, when 临沧地区 became 临沧市.
BEFORE_2003: Mapping[str, str] = {
    "530902": "533521",
    "530921": "533522",
    "530922": "533523",
    "530923": "533524",
    "530924": "533525",
    "530925": "533526",
    "530926": "533527",
    "530927": "533528",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is. At most one of the two numbers is there."""

    certificate: Certificate
    id_number: IdNumber | None
    certificate_number: CertificateNumber | None
    born_on: date
    sex: Sex

    @property
    def key(self) -> str | None:
        """The text by whose blind index the person is recognised; nobody is recognised without a number."""
        if self.id_number:
            return self.id_number.number
        return f"{self.certificate}:{self.certificate_number.number}" if self.certificate_number else None


class NumberMissing(Invalid):
    sentence = "请填写该证件的号码；尚无证件的，证件类型请选“尚无证件”。"
    english = "The number of the certificate is missing; who has none yet has the certificate `none`."


class NumberOfAnotherKind(Invalid):
    sentence = "所填号码与证件类型不符。"
    english = "The number is not that of the kind of certificate."


class BornOnAndSexMissing(Invalid):
    sentence = "没有身份证号码的人，须填写出生日期和性别。"
    english = "Of somebody without an ID number the day of birth and the sex are needed."


class NumberSaysOtherwise(Invalid):
    sentence = "出生日期或性别与身份证号码不一致，请核对。"
    english = "The day of birth or the sex is not what the ID number says."


def identify(
    field: str,
    *,
    certificate: Certificate,
    id_number: IdNumber | None,
    certificate_number: CertificateNumber | None,
    born_on: date | None,
    sex: Sex | None,
    today: date,
) -> Identity:
    """Put together who somebody is.

    :param field: where the person stands in the request.
    :raises NumberMissing: the certificate has a number, and it is not given.
    :raises NumberOfAnotherKind: a number is given that this certificate does not have.
    :raises NumberSaysOtherwise: day of birth or sex contradict the ID number.
    :raises BornOnAndSexMissing: there is no ID number to say them; likewise NotYetHappened.
    """
    numbers = {Certificate.RESIDENT_ID: (id_number, certificate_number), Certificate.NONE: (None, id_number or certificate_number)}
    own, others = numbers.get(certificate, (certificate_number, id_number))
    if others:
        raise NumberOfAnotherKind(f"{field}.certificate")
    if own is None and certificate is not Certificate.NONE:
        raise NumberMissing(f"{field}.id_number" if certificate is Certificate.RESIDENT_ID else f"{field}.certificate_number")
    if id_number:
        born_on, sex = _said_by(id_number, field, born_on=born_on, sex=sex)
    if born_on is None or sex is None:
        raise BornOnAndSexMissing(*(f"{field}.{name}" for name, value in (("born_on", born_on), ("sex", sex)) if value is None))
    if born_on > today:
        raise NotYetHappened(f"{field}.born_on")
    return Identity(certificate=certificate, id_number=id_number, certificate_number=certificate_number, born_on=born_on, sex=sex)


def corrected(
    field: str,
    present: Identity,
    *,
    certificate: Certificate | None,
    id_number: IdNumber | None,
    certificate_number: CertificateNumber | None,
    born_on: date | None,
    sex: Sex | None,
    today: date,
) -> Identity:
    """Put together who somebody is once what was written wrongly is right; what is not given stays, unless an ID number says it.

    :param certificate: another kind, with its number; an ID number alone is that of a resident.
    :raises NumberMissing: the certificate has a number, and none is known; likewise NumberOfAnotherKind, NumberSaysOtherwise.
    :raises BornOnAndSexMissing: there is no ID number to say them; likewise NotYetHappened.
    """
    becomes = certificate or (Certificate.RESIDENT_ID if id_number else present.certificate)
    stays = becomes is present.certificate
    numbered = becomes is Certificate.RESIDENT_ID
    return identify(
        field,
        certificate=becomes,
        id_number=id_number or (present.id_number if stays else None),
        certificate_number=certificate_number or (present.certificate_number if stays else None),
        born_on=born_on if numbered else born_on or present.born_on,
        sex=sex if numbered else sex or present.sex,
        today=today,
    )


def sex_of(id_number: IdNumber) -> Sex:
    """Read the sex from an ID number."""
    return Sex.MALE if id_number.is_a_man_s else Sex.FEMALE


def age_on(day: date, born_on: date) -> int:
    """Count the full years of somebody on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_of_another_place(id_number: IdNumber, county_code: str) -> bool:
    """Say whether an ID number was first given in another county: no ground for refusal, for people move and marry, but one to look again."""
    return id_number.number[:6] not in (county_code, BEFORE_2003.get(county_code))


def _said_by(id_number: IdNumber, field: str, *, born_on: date | None, sex: Sex | None) -> tuple[date, Sex]:
    said = id_number.born_on, sex_of(id_number)
    given = {"born_on": born_on not in (None, said[0]), "sex": sex not in (None, said[1])}
    if any(given.values()):
        raise NumberSaysOtherwise(*(f"{field}.{name}" for name, differs in given.items() if differs))
    return said
