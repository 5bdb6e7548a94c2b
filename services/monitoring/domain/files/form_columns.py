"""The columns of the collection form in the household register (采集信息). All are optional; an empty cell changes nothing.

Not in it: address, phone and bank account of the household, health and disability of people. They come in by their own doors, for a list that
goes out shows nothing of them. Why somebody is out of school may be an illness: that comes in, and goes out empty.
"""

from shared.kernel.sheets import Column, Holds

YES_NO = {"是": "true", "否": "false"}
ROAD_KIND = {"泥土路": "dirt", "砂石路": "gravel", "硬化路": "hardened"}
HOUSE_GRADE = {"A级": "A", "B级": "B", "C级": "C", "D级": "D"}
FUEL = {"柴草": "firewood", "煤炭": "coal", "电": "electricity", "燃气": "gas", "沼气": "biogas", "其他清洁能源": "other"}
INDUSTRY_KIND = {
    "种植业": "planting",
    "养殖业": "breeding",
    "林业": "forestry",
    "加工业": "processing",
    "商贸服务": "trade",
    "乡村旅游": "tourism",
    "其他": "other",
    "无产业": "none",
}
_ETHNIC_GROUPS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 "
    "仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)  # in the order of GB/T 3304, whose numbers are the codes
ETHNIC_GROUP = {f"{name}族": f"{number:02}" for number, name in enumerate(_ETHNIC_GROUPS.split(), start=1)} | {"其他": "97", "外国血统": "98"}
POLITICAL_STATUS = {"中共党员": "party_member", "中共预备党员": "probationary_member", "共青团员": "league_member", "群众": "masses"}
EDUCATION = {
    "文盲或半文盲": "illiterate",
    "小学": "primary",
    "初中": "junior_middle",
    "高中": "senior_middle",
    "大专": "junior_college",
    "本科及以上": "bachelor",
}
_GRADES = {
    "普通高中": ("senior", 3),
    "中职": ("vocational", 3),
    "高职高专": ("higher_vocational", 3),
    "技师学院": ("technician", 4),
    "本科": ("university", 5),
}
SCHOOL_STATUS = (
    {"学龄前儿童": "too_young", "学前教育": "preschool", "小学": "primary", "七年级": "grade_7", "八年级": "grade_8", "九年级": "grade_9"}
    | {f"{word}{'一二三四五'[n - 1]}年级": f"{code}_{n}" for word, (code, years) in _GRADES.items() for n in range(1, years + 1)}
    | {"硕士研究生及以上": "postgraduate"}
)
DROP_OUT_REASON = {
    "因病": "illness",
    "因身体残疾": "disability",
    "厌学": "weary",
    "家庭困难": "hardship",
    "早婚早育": "early_marriage",
    "外出务工": "at_work",
    "延缓入学": "postponed",
    "其他": "other",
}
ALLOWANCE = {"农村": "rural", "城市": "urban", "未享受": "none"}
WORK_PLACE = {
    "乡（镇）内": "township",
    "乡（镇）外县内": "county",
    "县外市内": "prefecture",
    "市外省内": "province",
    "省外": "other_province",
    "国（境）外": "abroad",
}
MONTHS = {str(n): str(n) for n in range(1, 13)}
OF_HOUSEHOLD = "填在户主行"


def _choice(field: str, header: str, choices: dict[str, str], note: str = "") -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices, example=next(iter(choices)), note=note)


def _of_household(field: str, header: str, holds: Holds = Holds.QUANTITY) -> Column:
    return Column(field=field, header=header, holds=holds, note=OF_HOUSEHOLD)


HOUSEHOLD_COLUMNS = (
    _of_household("natural_village", "自然村", Holds.WORDS),
    _of_household("resettlement_site_code", "易地搬迁安置点编号", Holds.WORDS),
    _choice("whole_without_labour", "整户无劳动能力", YES_NO, OF_HOUSEHOLD),
    _of_household("farmland", "耕地面积（亩）"),
    _of_household("pasture", "牧草地面积（亩）"),
    _of_household("water_surface", "水面面积（亩）"),
    _of_household("forest", "林地面积（亩）"),
    _of_household("returned_farmland", "退耕还林面积（亩）"),
    _of_household("orchard", "林果面积（亩）"),
    _choice("road_kind", "入户路类型", ROAD_KIND, OF_HOUSEHOLD),
    _of_household("road_distance", "与村主干路距离（公里）"),
    _choice("house_grade", "住房等级", HOUSE_GRADE, OF_HOUSEHOLD),
    _of_household("house_area", "住房面积（平方米）"),
    _choice("fuel", "主要燃料", FUEL, OF_HOUSEHOLD),
    _choice("water_safe", "饮水安全", YES_NO, OF_HOUSEHOLD),
    _choice("electricity", "通生活用电", YES_NO, OF_HOUSEHOLD),
    _choice("television", "通广播电视", YES_NO, OF_HOUSEHOLD),
    _choice("sanitary_toilet", "卫生厕所", YES_NO, OF_HOUSEHOLD),
    _choice("cooperative", "加入合作社", YES_NO, OF_HOUSEHOLD),
    _choice("leading_enterprise", "龙头企业带动", YES_NO, OF_HOUSEHOLD),
    _choice("driven_by_leader", "致富带头人带动", YES_NO, OF_HOUSEHOLD),
    _choice("industry_kind", "主要产业类型", INDUSTRY_KIND, OF_HOUSEHOLD),
    _choice("house_problem", "住房安全有问题", YES_NO, OF_HOUSEHOLD),
    _choice("schooling_problem", "适龄儿童失学辍学", YES_NO, OF_HOUSEHOLD),
    _choice("water_problem", "饮水安全有问题", YES_NO, OF_HOUSEHOLD),
    _choice("insurance_problem", "有人未参加基本医疗保险", YES_NO, OF_HOUSEHOLD),
)
PERSON_COLUMNS = (
    _choice("ethnic_group", "民族", ETHNIC_GROUP),
    _choice("political_status", "政治面貌", POLITICAL_STATUS),
    _choice("education", "文化程度", EDUCATION, "在校生不填"),
    _choice("school_status", "在校生状况", SCHOOL_STATUS),
    _choice("drop_out_reason", "失辍学原因", DROP_OUT_REASON),
    _choice("residents_medical_insurance", "参加居民医保", YES_NO),
    _choice("employees_medical_insurance", "参加职工医保", YES_NO),
    _choice("major_medical_insurance", "参加大病保险", YES_NO),
    _choice("commercial_insurance", "参加商业补充保险", YES_NO),
    _choice("medical_assistance", "接受医疗救助", YES_NO),
    _choice("residents_pension", "参加居民养老保险", YES_NO),
    _choice("employees_pension", "参加职工养老保险", YES_NO),
    _choice("subsistence_allowance", "低保", ALLOWANCE),
    _choice("extreme_difficulty", "特困供养", ALLOWANCE),
    _choice("work_place", "务工区域", WORK_PLACE),
    _choice("work_months", "务工月数", MONTHS),
    _choice("public_post", "公益岗位", YES_NO),
    _choice("public_post_months", "公益岗位月数", MONTHS),
    _choice("relocated", "易地搬迁人口", YES_NO),
    _choice("speaks_putonghua", "会讲普通话", YES_NO),
)
TOGETHER = (
    ("education", "school_status", "drop_out_reason"),
    ("residents_medical_insurance", "employees_medical_insurance"),
    ("work_place", "work_months"),
    ("public_post", "public_post_months"),
    ("water_safe", "water_problem"),
    ("house_grade", "house_problem"),
)
"""Fields that say something only together: when a row fills in one of them, it speaks for all."""

FAULTS = {
    "school_and_education": ("文化程度与在校生状况只能填写一项", "either the education or the school status is filled in"),
    "out_of_school": ("在校的人不应填写失辍学原因", "who goes to school has no reason for not going"),
    "one_medical_insurance": ("居民医保与职工医保不能同时参加", "nobody has both medical insurances"),
    "place_and_months": ("务工区域与务工月数须同时填写", "the place of work and its months go together"),
    "post_and_months": ("公益岗位与其月数须同时填写", "a public post and its months go together"),
    "water_says_both": ("饮水安全与饮水安全问题填写矛盾", "the water is safe and has a problem"),
    "house_says_both": ("住房等级为C、D级，应填写住房安全有问题", "a house of grade C or D has a safety problem"),
    "site_code": ("安置点编号应为1至30位字母、数字或连字符", "a site's code has 1 to 30 letters, digits or hyphens"),
}
