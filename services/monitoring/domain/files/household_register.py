"""The household register (农户登记表): one row for each person, the rows of a household sharing its number (R38, R52; plan ch.3).

What is said of the household stands in the head's row; in the other rows it may be repeated or left empty.
"""

from collections.abc import Mapping

from services.monitoring.domain.files import form_columns
from shared.kernel.sheets import Column, Holds, Sheet

KIND = {"脱贫户": "lifted_out", "一般农户": "general"}
RELATION = {
    "户主": "head",
    "配偶": "spouse",
    "之子": "son",
    "之女": "daughter",
    "之儿媳": "daughter_in_law",
    "之女婿": "son_in_law",
    "之孙子女": "grandchild",
    "之孙子": "grandchild",
    "之孙女": "grandchild",
    "之外孙子": "grandchild",
    "之外孙女": "grandchild",
    "之父": "father",
    "之母": "mother",
    "之岳父": "father_in_law",
    "之公公": "father_in_law",
    "之岳母": "mother_in_law",
    "之婆婆": "mother_in_law",
    "之祖父母": "grandparent",
    "之祖父": "grandparent",
    "之祖母": "grandparent",
    "之外祖父": "grandparent",
    "之外祖母": "grandparent",
    "之兄弟姐妹": "sibling",
    "之侄儿侄女": "niece_or_nephew",
    "之侄儿": "niece_or_nephew",
    "之侄女": "niece_or_nephew",
    "其他": "other",
}
LABOUR = {
    "普通劳动力": "ordinary",
    "技能劳动力": "skilled",
    "弱劳动力或半劳动力": "weak",
    "丧失劳动力": "lost",
    "无劳动力": "none",
}
_ONCE = "填在户主行；其他成员行可重复填写或留空"

HOUSEHOLD_REGISTER = Sheet(
    kind="household_register",
    title="农户登记表",
    version=2,
    columns=(
        Column(field="village", header="行政村代码", holds=Holds.VILLAGE, required=True, example="530902102201", note="12位代码，后可空格接村名"),
        Column(field="household_number", header="户编号", holds=Holds.WORDS, required=True, example="5309021022010001", note="同一户各行相同"),
        Column(field="name", header="姓名", holds=Holds.NAME, required=True, masked=True, example="李文芳"),
        Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, required=True, masked=True, example="533521198001010019"),
        Column(field="phone", header="联系电话", holds=Holds.PHONE, masked=True, example="13900000000", note="留空则不改动已登记的号码"),
        Column(field="relation", header="与户主关系", holds=Holds.CHOICE, required=True, choices=RELATION, example="户主"),
        Column(field="labour", header="劳动技能", holds=Holds.CHOICE, required=True, choices=LABOUR, example="普通劳动力"),
        Column(field="kind", header="户类型", holds=Holds.CHOICE, choices=KIND, example="脱贫户", note=_ONCE),
        Column(field="people", header="家庭人口", holds=Holds.COUNT, example="4", note="与本户人数核对；" + _ONCE),
        Column(field="wage_income", header="工资性收入（元）", holds=Holds.YUAN, example="9000.00", note="近12个月全户合计；" + _ONCE),
        Column(field="production_income", header="生产经营性收入（元）", holds=Holds.YUAN, example="0.00", note="毛收入；" + _ONCE),
        Column(field="property_income", header="财产性收入（元）", holds=Holds.YUAN, example="0.00", note=_ONCE),
        Column(field="transfer_income", header="转移性收入（元）", holds=Holds.YUAN, example="0.00", note=_ONCE),
        Column(field="production_expense", header="生产经营性支出（元）", holds=Holds.YUAN, example="0.00", note=_ONCE),
        Column(field="net_income", header="家庭纯收入（元）", holds=Holds.YUAN, note="四项收入之和减生产经营性支出，用于核对，可留空；" + _ONCE),
        Column(field="claim_income", header="理赔收入（元）", holds=Holds.YUAN, example="0.00", note=_ONCE),
        Column(field="compliant_self_paid", header="合规自付支出（元）", holds=Holds.YUAN, example="4000.00", note=_ONCE),
        *form_columns.PERSON_COLUMNS,
        *form_columns.HOUSEHOLD_COLUMNS,
        Column(field="person", header="人员编号（系统）", holds=Holds.REFERENCE, note="由系统导出，请勿改动；新增人员留空"),
    ),
    notes=(
        "一人一行；同一户各行的户编号、行政村代码相同，且有且只有一名户主。",
        "身份证号码一列须为文本格式，切勿让表格软件改成数字。",
        "系统导出的带*号的值表示“与已登记的一致”，可原样保留。",
        "金额单位为元，最多两位小数；空白的收入项，新登记时按0计，更新时不改动。",
        "采集信息各列均为选填，空白则不改动；地址、银行账号、健康与残疾情况不在此表填报。",
    ),
)

FAULTS: Mapping[str, tuple[str, str]] = {
    "household_number": ("户编号应为1至40位数字、字母或连字符", "a household number has 1 to 40 digits, letters or hyphens"),
    "no_such_village": ("没有这个村的区划代码", "there is no village of this code"),
    "outside_area": ("该村不在您的辖区内", "the village lies outside your area"),
    "one_head": ("每户须有且只有一名户主", "a household has exactly one head"),
    "one_spouse": ("户主至多有一名配偶", "a head has one spouse at most"),
    "people_count": ("家庭人口与本户人数不符", "the number of people is not that of the household's members"),
    "household_differs": ("同一户各行的村、户类型、人口或收入填写不一致", "the rows of one household differ in village, kind, people or income"),
    "twice_in_file": ("此人在文件中出现不止一次", "this person stands in the file more than once"),
    "registered_elsewhere": ("此人已在别处登记", "this person is registered elsewhere already"),
    "number_elsewhere": ("该户编号已用于本县另一村的户", "a household of another village of the county has this number"),
    "household_gone": ("该户已注销", "the household is gone"),
    "income_sum": ("家庭纯收入不等于四项收入之和减生产经营性支出", "net income is not the four incomes less the expense of production"),
    "masked": ("带*号的值只能用于已登记的人，且须保留人员编号", "a masked value stands for somebody who is registered: keep the person's reference"),
    "person_unknown": ("本户没有这个人员编号", "no member of this household has this reference"),
    "not_registered": ("该户尚未登记（所选方式为只更新）", "the household is not registered (only updates were asked for)"),
    **form_columns.FAULTS,
    "household_refused": ("本户另有未通过的行，整户未办理", "another row of this household is at fault: none of it was taken"),
}
