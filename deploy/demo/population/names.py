"""What they are called: Han names mostly, and forms of Wa, Dai and Lahu names. No name is anybody's."""

from random import Random

from deploy.demo.population.families import YEAR, Seat
from services.monitoring.domain.register.households import Relation

_SURNAMES = "李李李李李王王王张张张杨杨杨杨罗罗罗赵赵周周陈陈字字鲁鲁俸俸鲍鲍肖肖田田毕毕施段普董何刘黄徐马郭茶阿祝唐卫魏彭钟穆袁邓沈欧苏尹吴"
_OF_MEN = "文国华明军学忠福兴山海春德光荣生平林龙建正开发有成志永世金松伟斌"
_OF_WOMEN = "英芳兰秀珍美琼丽莲凤翠桂花梅玉仙香芬艳琴萍菊芝红霞慧娟银会"
_OF_CHILDREN = "子轩雨欣浩宇梓涵思佳俊杰怡晨睿诗琪家豪语桐奕辰"
_SYLLABLES = "温罕香相叫光坎龙应拉糯摆惹嘎旺丙南恩"
_OF_ANOTHER_NAME = frozenset(
    {Relation.SPOUSE, Relation.MOTHER, Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW, Relation.SON_IN_LAW, Relation.DAUGHTER_IN_LAW, Relation.OTHER}
)
_FIRST = {"dai": ("岩", "玉"), "wa": ("艾尼赛达", "叶伊安娥"), "lahu": ("扎", "娜")}


def draw_style(rng: Random) -> str:
    """Draw the style of a household's names."""
    return rng.choices(("han", "wa", "dai", "lahu"), (82, 8, 5, 5))[0]


def draw_surname(rng: Random) -> str:
    return rng.choice(_SURNAMES)


def draw_name(seat: Seat, style: str, surname: str, rng: Random) -> str:
    """Make a name of its household's style: Han, or a Wa, Dai or Lahu form, of which some are long or have a middle dot."""
    if style != "han":
        first = rng.choice(_FIRST[style][0 if seat.man else 1])
        joint = "·" if style == "wa" or rng.random() < 0.2 else ""
        return first + joint + "".join(rng.sample(_SYLLABLES, rng.choice((1, 2, 2, 3))))
    own = draw_surname(rng) if seat.relation in _OF_ANOTHER_NAME else surname
    given = _OF_CHILDREN if seat.born > YEAR - 15 else _OF_MEN if seat.man else _OF_WOMEN
    return own + "".join(rng.sample(given, 2 if rng.random() < 0.85 else 1))
