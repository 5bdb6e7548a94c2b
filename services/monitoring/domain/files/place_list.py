"""A list of places as a file (重点区域名单; R53, plan ch.3 s.3): one row for each place, of one list or of several."""

from collections.abc import Mapping

from shared.kernel.sheets import Column, Holds, Sheet

PLACE_LIST = Sheet(
    kind="place_list",
    title="重点区域名单",
    version=1,
    columns=(
        Column(field="list", header="名单", holds=Holds.WORDS, required=True, example="易地扶贫搬迁集中安置区", note="名单的名称或代码"),
        Column(
            field="area_code",
            header="区划代码",
            holds=Holds.WORDS,
            required=True,
            example="530902102201",
            note="县6位、乡镇9位、村12位；安置区、自然村填所在行政村",
        ),
        Column(field="title", header="名称", holds=Holds.WORDS, example="幸福里安置区", note="仅安置区、自然村填写"),
        Column(field="site_code", header="本地编号", holds=Holds.WORDS, example="AZ-001", note="仅安置区、自然村填写，1至40位数字、字母或连字符"),
        Column(field="document_number", header="文号", holds=Holds.WORDS, required=True, example="临乡振发〔2022〕37号"),
        Column(field="valid_from", header="起始日期", holds=Holds.DAY, example="2021-01-01", note="留空为提交之日"),
    ),
    notes=("一行一处；已列入的同一处再次提交不会重复计算。",),
)

FAULTS: Mapping[str, tuple[str, str]] = {
    "outside_area": ("该处不在您的辖区内", "the place lies outside your area"),
    "twice_in_file": ("同一处在文件中出现不止一次", "this place stands in the file more than once"),
    "no_such_list": ("没有这份名单", "there is no such list"),
    "no_such_place": ("没有这个区划代码，或其级别与名单不符", "there is no area of this code, or the list is of another level"),
    "site_code": ("安置区、自然村须填1至40位的本地编号", "a site needs a local code of 1 to 40 digits, letters or hyphens"),
    "site_unnamed": ("安置区、自然村须填名称", "a site needs a name"),
    "named_by_the_tree": ("按区划代码列入的，名称与本地编号请留空", "of an area, leave name and local code empty"),
    "listed_already": ("已列入名单，内容不同", "it is on the list with another content"),
    "period_overlaps": ("起始日期在此前列入的起止日期之内", "it was on the list on that day or later"),
}
