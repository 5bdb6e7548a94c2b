"""What the visits of a round found, as a file (R38; plan ch.3 s.1): one row for each household."""

from collections.abc import Mapping

from services.monitoring.domain.files.lists_out.screening import SCREENING_RESULT
from services.monitoring.domain.files.lists_out.words import HARDSHIP
from shared.kernel.sheets import Column, Holds, Sheet

SCREENING_RESULTS = Sheet(
    kind="screening_results",
    title="排查结果登记表",
    version=1,
    columns=(
        Column(
            field="round",
            header="轮次编号",
            holds=Holds.REFERENCE,
            required=True,
            example="0192f0c1-7d3e-7000-8000-0000000000aa",
            note="见排查轮次，由系统给出",
        ),
        Column(field="village", header="行政村代码", holds=Holds.VILLAGE, required=True, example="530902102201"),
        Column(field="household_number", header="户编号", holds=Holds.WORDS, required=True, example="5309021022010001"),
        Column(field="visited_on", header="排查日期", holds=Holds.DAY, required=True, example="2021-09-21"),
        Column(field="result", header="排查结果", holds=Holds.CHOICE, required=True, choices=SCREENING_RESULT, example="未发现困难"),
        Column(field="hardship", header="所述困难", holds=Holds.CHOICE, choices=HARDSHIP, note="发现困难的填主要一项，未发现的留空"),
        Column(field="note", header="备注", holds=Holds.WORDS, note="发现困难的写明情况，供核实使用"),
    ),
    notes=("一行一户；同一户在一轮排查中只登记一次。", "发现困难的户随即形成线索，期限自排查之日起算。"),
)

FAULTS: Mapping[str, tuple[str, str]] = {
    "outside_area": ("该村不在您的辖区内", "the village lies outside your area"),
    "no_such_round": ("没有这个排查轮次", "there is no such round"),
    "round_closed": ("该排查轮次已经结束", "the round is closed"),
    "not_in_round": ("该村没有这个户编号的户在本轮排查中", "no household of this number in this village is in the round"),
    "household_gone": ("该户已注销", "the household is gone"),
    "household_twice": ("该户在文件中出现不止一次", "this household stands in the file more than once"),
    "screened_already": ("该户已另有排查结果，或已免予排查、漏排", "this household was screened, excused or missed already"),
    "visit_before_round": ("排查日期早于轮次开始之日", "the visit lies before the round opened"),
    "visit_ahead": ("排查日期晚于今日", "the visit lies ahead"),
    "visit_too_long_ago": ("发现困难的日期过早，已超出可补登的天数", "the trouble was found longer ago than may still be entered"),
    "trouble_unnamed": ("发现困难的须写明是何种困难，未发现的不写", "trouble is named by its hardship; where nothing was found there is none"),
}
