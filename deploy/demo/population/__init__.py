"""A synthetic register of households for the demo, and the workbooks in which counties send it. Nobody in it exists.

The plan's figures for the end of 2020 hold over it (plan ch.1): the people below 10,000 yuan a head and the mean net income
per head, also within each kind of household, and what gross income is made of. The same number of households and the same
seed make the same bytes.

    python -m deploy.demo.population --households 2000 --folder build/demo
"""

from deploy.demo.population.families import YEAR
from deploy.demo.population.incomes import BAND, LINE
from deploy.demo.population.people import Person, draw_stranger
from deploy.demo.population.places import villages
from deploy.demo.population.register import SEED, Figures, Listed, Register, draw_register

__all__ = [
    "BAND",
    "LINE",
    "SEED",
    "YEAR",
    "Figures",
    "Listed",
    "Person",
    "Register",
    "draw_register",
    "draw_stranger",
    "villages",
]
