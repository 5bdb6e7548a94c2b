"""The code lists of the collection form (信息采集表): what may be said of a person or a household (R16, R52; plan ch.1 s.1, ch.3 s.3).

Codes are words of ours; where the state has numbered a list (民族, GB/T 3304; 残疾类别, GB/T 26341), its numbers are the codes.
"""

from enum import StrEnum


class EthnicGroup(StrEnum):
    """民族 (GB/T 3304)."""

    HAN = "01"  # 汉
    MONGOL = "02"  # 蒙古
    HUI = "03"  # 回
    TIBETAN = "04"  # 藏
    UYGHUR = "05"  # 维吾尔
    MIAO = "06"  # 苗
    YI = "07"  # 彝
    ZHUANG = "08"  # 壮
    BOUYEI = "09"  # 布依
    KOREAN = "10"  # 朝鲜
    MANCHU = "11"  # 满
    DONG = "12"  # 侗
    YAO = "13"  # 瑶
    BAI = "14"  # 白
    TUJIA = "15"  # 土家
    HANI = "16"  # 哈尼
    KAZAKH = "17"  # 哈萨克
    DAI = "18"  # 傣
    LI = "19"  # 黎
    LISU = "20"  # 傈僳
    WA = "21"  # 佤
    SHE = "22"  # 畲
    GAOSHAN = "23"  # 高山
    LAHU = "24"  # 拉祜
    SUI = "25"  # 水
    DONGXIANG = "26"  # 东乡
    NAXI = "27"  # 纳西
    JINGPO = "28"  # 景颇
    KYRGYZ = "29"  # 柯尔克孜
    MONGUOR = "30"  # 土
    DAUR = "31"  # 达斡尔
    MULAO = "32"  # 仫佬
    QIANG = "33"  # 羌
    BLANG = "34"  # 布朗
    SALAR = "35"  # 撒拉
    MAONAN = "36"  # 毛南
    GELAO = "37"  # 仡佬
    XIBE = "38"  # 锡伯
    ACHANG = "39"  # 阿昌
    PUMI = "40"  # 普米
    TAJIK = "41"  # 塔吉克
    NU = "42"  # 怒
    UZBEK = "43"  # 乌孜别克
    RUSSIAN = "44"  # 俄罗斯
    EVENKI = "45"  # 鄂温克
    DEANG = "46"  # 德昂
    BONAN = "47"  # 保安
    YUGUR = "48"  # 裕固
    GIN = "49"  # 京
    TATAR = "50"  # 塔塔尔
    DERUNG = "51"  # 独龙
    OROQEN = "52"  # 鄂伦春
    HEZHE = "53"  # 赫哲
    MONPA = "54"  # 门巴
    LHOBA = "55"  # 珞巴
    JINO = "56"  # 基诺
    OTHER = "97"  # 其他
    FOREIGN = "98"  # 外国血统


class PoliticalStatus(StrEnum):
    """政治面貌."""

    PARTY_MEMBER = "party_member"  # 中共党员
    PROBATIONARY_MEMBER = "probationary_member"  # 中共预备党员
    LEAGUE_MEMBER = "league_member"  # 共青团员
    MASSES = "masses"  # 群众


class Education(StrEnum):
    """文化程度, of who does not go to school any more (R23, plan ch.1 s.2)."""

    ILLITERATE = "illiterate"  # 文盲或半文盲
    PRIMARY = "primary"  # 小学
    JUNIOR_MIDDLE = "junior_middle"  # 初中
    SENIOR_MIDDLE = "senior_middle"  # 高中
    JUNIOR_COLLEGE = "junior_college"  # 大专
    BACHELOR = "bachelor"  # 本科及以上


class SchoolStatus(StrEnum):
    """在校生状况, of who goes to school or is too young for it (R60, plan ch.4 s.1)."""

    TOO_YOUNG = "too_young"  # 学龄前儿童
    PRESCHOOL = "preschool"  # 学前教育
    PRIMARY = "primary"  # 小学
    GRADE_7 = "grade_7"  # 七年级
    GRADE_8 = "grade_8"  # 八年级
    GRADE_9 = "grade_9"  # 九年级
    SENIOR_1 = "senior_1"  # 普通高中一年级
    SENIOR_2 = "senior_2"  # 普通高中二年级
    SENIOR_3 = "senior_3"  # 普通高中三年级
    VOCATIONAL_1 = "vocational_1"  # 中职一年级
    VOCATIONAL_2 = "vocational_2"  # 中职二年级
    VOCATIONAL_3 = "vocational_3"  # 中职三年级
    HIGHER_VOCATIONAL_1 = "higher_vocational_1"  # 高职高专一年级
    HIGHER_VOCATIONAL_2 = "higher_vocational_2"  # 高职高专二年级
    HIGHER_VOCATIONAL_3 = "higher_vocational_3"  # 高职高专三年级
    TECHNICIAN_1 = "technician_1"  # 技师学院一年级
    TECHNICIAN_2 = "technician_2"  # 技师学院二年级
    TECHNICIAN_3 = "technician_3"  # 技师学院三年级
    TECHNICIAN_4 = "technician_4"  # 技师学院四年级
    UNIVERSITY_1 = "university_1"  # 本科一年级
    UNIVERSITY_2 = "university_2"  # 本科二年级
    UNIVERSITY_3 = "university_3"  # 本科三年级
    UNIVERSITY_4 = "university_4"  # 本科四年级
    UNIVERSITY_5 = "university_5"  # 本科五年级
    POSTGRADUATE = "postgraduate"  # 硕士研究生及以上


class DropOutReason(StrEnum):
    """Why a child of school age is not in school (义务教育阶段未上学原因; R60, plan ch.4 s.1)."""

    ILLNESS = "illness"  # 因病
    DISABILITY = "disability"  # 因身体残疾
    WEARY = "weary"  # 厌学
    HARDSHIP = "hardship"  # 家庭困难
    EARLY_MARRIAGE = "early_marriage"  # 早婚早育
    AT_WORK = "at_work"  # 外出务工
    POSTPONED = "postponed"  # 延缓入学
    OTHER = "other"  # 其他


class Health(StrEnum):
    """健康状况; several may hold at once."""

    HEALTHY = "healthy"  # 健康
    CHRONIC_DISEASE = "chronic_disease"  # 长期慢性病
    SERIOUS_DISEASE = "serious_disease"  # 患有大病
    DISABLED = "disabled"  # 残疾


class DisabilityClass(StrEnum):
    """残疾类别 (GB/T 26341), as the disability certificate's number has it."""

    SIGHT = "1"  # 视力
    HEARING = "2"  # 听力
    SPEECH = "3"  # 言语
    LIMBS = "4"  # 肢体
    INTELLECT = "5"  # 智力
    MIND = "6"  # 精神
    MULTIPLE = "7"  # 多重


class Allowance(StrEnum):
    """Whether somebody is under the subsistence allowance (低保), or provided for in extreme difficulty (特困; R58, plan ch.3 s.3)."""

    RURAL = "rural"  # 农村
    URBAN = "urban"  # 城市
    NONE = "none"  # 未享受


class WorkPlace(StrEnum):
    """Where somebody works away from home (务工区域)."""

    TOWNSHIP = "township"  # 乡（镇）内
    COUNTY = "county"  # 乡（镇）外县内
    PREFECTURE = "prefecture"  # 县外市内
    PROVINCE = "province"  # 市外省内
    OTHER_PROVINCE = "other_province"  # 省外
    ABROAD = "abroad"  # 国（境）外


class RoadKind(StrEnum):
    """入户路类型."""

    DIRT = "dirt"  # 泥土路
    GRAVEL = "gravel"  # 砂石路
    HARDENED = "hardened"  # 硬化路


class HouseGrade(StrEnum):
    """住房鉴定等级."""

    A = "A"  # 安全
    B = "B"  # 基本安全
    C = "C"  # 局部危险
    D = "D"  # 整体危险


class Fuel(StrEnum):
    """主要燃料类型."""

    FIREWOOD = "firewood"  # 柴草
    COAL = "coal"  # 煤炭
    ELECTRICITY = "electricity"  # 电
    GAS = "gas"  # 燃气
    BIOGAS = "biogas"  # 沼气
    OTHER = "other"  # 其他清洁能源


class IndustryKind(StrEnum):
    """家庭主要产业类型."""

    PLANTING = "planting"  # 种植业
    BREEDING = "breeding"  # 养殖业
    FORESTRY = "forestry"  # 林业
    PROCESSING = "processing"  # 加工业
    TRADE = "trade"  # 商贸服务
    TOURISM = "tourism"  # 乡村旅游
    OTHER = "other"  # 其他
    NONE = "none"  # 无产业
