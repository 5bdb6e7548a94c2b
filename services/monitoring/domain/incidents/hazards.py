"""The hazards that disasters and accidents come of (灾种; R54, plan ch.3 s.3), and by which risk and hardship a household has them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from services.monitoring.domain.risks import Hardship, Risk


class Hazard(StrEnum):
    METEOROLOGICAL = "meteorological"  # 气象灾害
    FLOOD = "flood"  # 洪涝
    DROUGHT = "drought"  # 旱灾
    EARTHQUAKE = "earthquake"  # 地震灾害
    GEOLOGICAL = "geological"  # 地质灾害
    FOREST_FIRE = "forest_fire"  # 森林草原火灾
    BIOLOGICAL = "biological"  # 生物灾害
    EPIDEMIC = "epidemic"  # 疫情
    ACCIDENT = "accident"  # 意外事故
    PUBLIC_EMERGENCY = "public_emergency"  # 其他公共突发事件


RISKS: Mapping[Hazard, Risk] = {
    Hazard.METEOROLOGICAL: Risk.WEATHER,
    Hazard.FLOOD: Risk.FLOOD,
    Hazard.DROUGHT: Risk.DROUGHT,
    Hazard.EARTHQUAKE: Risk.EARTHQUAKE,
    Hazard.GEOLOGICAL: Risk.GEOLOGICAL,
    Hazard.FOREST_FIRE: Risk.OTHER_DISASTER,
    Hazard.BIOLOGICAL: Risk.BIOLOGICAL,
    Hazard.EPIDEMIC: Risk.EPIDEMIC,
    Hazard.ACCIDENT: Risk.ACCIDENT,
    Hazard.PUBLIC_EMERGENCY: Risk.EPIDEMIC,
}
"""Each hazard's risk by the code of the national form; 12 is epidemics and public emergencies."""

LISTED_AS: Mapping[Hazard, Sequence[str]] = {
    Hazard.METEOROLOGICAL: ("weather",),
    Hazard.FLOOD: ("flood",),
    Hazard.DROUGHT: ("drought",),
    Hazard.EARTHQUAKE: ("earthquake",),
    Hazard.GEOLOGICAL: ("geological",),
    Hazard.FOREST_FIRE: ("fire",),
    Hazard.BIOLOGICAL: ("biological",),
    Hazard.EPIDEMIC: (),
    Hazard.ACCIDENT: (),
    Hazard.PUBLIC_EMERGENCY: ("other",),
}
"""What the emergency department's list calls a hazard."""


def hardship_of(hazard: Hazard) -> Hardship:
    """Say how a household would name what a hazard did to it."""
    return Hardship.ACCIDENT if hazard is Hazard.ACCIDENT else Hardship.DISASTER
