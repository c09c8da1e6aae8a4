"""Code lists of child death review, each code with its words: codes are fixed, words may improve (DOMAIN 3-4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.codes import options
from workflows.definition import Option

SEX = options(male="Male", female="Female", not_known="Not known")

# DOMAIN 4.7: the NHS ethnic categories of 2001, and the two that local child forms add.
ETHNIC_GROUPS = options(
    A="White: British",
    B="White: Irish",
    WIRT="White: Traveller of Irish heritage",
    WROM="White: Gypsy or Roma",
    C="White: any other White background",
    D="Mixed: White and Black Caribbean",
    E="Mixed: White and Black African",
    F="Mixed: White and Asian",
    G="Mixed: any other mixed background",
    H="Asian: Indian",
    J="Asian: Pakistani",
    K="Asian: Bangladeshi",
    L="Asian: any other Asian background",
    M="Black: Caribbean",
    N="Black: African",
    P="Black: any other Black background",
    R="Other: Chinese",
    S="Other: any other ethnic group",
    Z="Not stated",
)
ETHNIC_GROUPS = (*ETHNIC_GROUPS, Option("99", "Not known"))

ETHNICITIES = options(
    white="White", mixed="Mixed", asian="Asian", black="Black", other="Other", not_known="Not known or not stated"
)

_CODES_OF_ETHNICITY = {
    "white": ("A", "B", "C", "WIRT", "WROM"),
    "mixed": ("D", "E", "F", "G"),
    "asian": ("H", "J", "K", "L"),
    "black": ("M", "N", "P"),
    "other": ("R", "S"),
    "not_known": ("Z", "99"),
}
ETHNICITY_OF_CODE: Mapping[str, str] = {
    code: group for group, codes in _CODES_OF_ETHNICITY.items() for code in codes
}  # fmt: skip

# DOMAIN 4.6: the older agency form, and what the forms of 2019 added.
_PLACES = options(
    acute_hospital_emergency_department="Acute hospital: emergency department",
    acute_hospital_paediatric_ward="Acute hospital: paediatric ward",
    acute_hospital_neonatal_unit="Acute hospital: neonatal unit",
    acute_hospital_intensive_care="Acute hospital: intensive care",
    acute_hospital_delivery_suite="Acute hospital: delivery suite or labour ward",
    acute_hospital_theatre="Acute hospital: operating theatre",
    acute_hospital_other="Acute hospital: elsewhere",
    home="Home of normal residence",
    other_private_residence="Other private residence",
    foster_home="Foster home",
    residential_care="Residential care",
    public_place="Public place",
    school="School",
    hospice="Hospice",
    mental_health_inpatient_unit="Mental health inpatient unit",
    ambulance="Ambulance",
    custody="Custody",
    abroad="Abroad",
    other="Elsewhere",
    not_known="Not known",
)

# The names of 4.6 shortened otherwise, as files write them.
_PLACES_ALSO = {
    "acute_hospital_emergency_department": ("emergency_department",),
    "acute_hospital_paediatric_ward": ("paediatric_ward",),
    "acute_hospital_neonatal_unit": ("neonatal_unit",),
    "acute_hospital_intensive_care": ("acute_hospital_intensive_care_unit", "intensive_care_unit", "intensive_care"),
    "acute_hospital_delivery_suite": (
        "delivery_suite", "labour_ward", "delivery_suite_labour_ward", "delivery suite / labour ward",
        "acute_hospital_labour_ward",
    ),
    "acute_hospital_theatre": ("theatre", "operating_theatre", "acute_hospital_operating_theatre"),
    "acute_hospital_other": ("acute_hospital", "hospital", "other_hospital"),
    "home": ("normal_residence",),
    "mental_health_inpatient_unit": ("mental_health_inpatient", "mental_health_unit"),
}  # fmt: skip
PLACES_OF_DEATH = tuple(Option(place.key, place.words, _PLACES_ALSO.get(place.key, ())) for place in _PLACES)

# DOMAIN 3.1: what is not reviewed, and the same death told twice.
OUT_OF_SCOPE_GROUNDS = options(
    stillbirth="Stillbirth: born without signs of life after 24 weeks",
    late_foetal_loss="Late foetal loss: before 24 weeks, without signs of life",
    termination="Planned termination of pregnancy within the law",
    over_18="Had reached the 18th birthday",
    duplicate="The same death is already recorded",
)

# DOMAIN 4.6: the event that led to the death, where there was one.
EVENTS = options(
    traffic_collision="Road traffic collision",
    drowning="Drowning",
    fire_or_burns="Fire or burns",
    poisoning="Poisoning",
    other_accident="Another accident",
    substance_misuse="Substance misuse",
    apparent_homicide="Apparent homicide",
    apparent_suicide="Apparent suicide",
    sudden_unexpected="Sudden and unexpected, no cause apparent",
    neonatal="Neonatal death",
    life_limiting_condition="Known life-limiting condition",
    none="None of these",
)

THEMES = ("Neonatal", "Cardiac", "Suicide or self-harm", "Trauma", "Sudden unexpected death in infancy or childhood")


@dataclass(frozen=True, slots=True)
class Category:
    """One of the ten categories of death. Where more than one applies, the one with the lowest number is chosen."""

    number: int
    name: str
    guidance: str

    @property
    def key(self) -> str:
        return str(self.number)


# DOMAIN 3.6. The guidance is retold in our own words.
CATEGORIES = (
    Category(
        1, "Deliberately inflicted injury, abuse or neglect",
        "Suffocation, shaking, stabbing, shooting, poisoning and other probable or certain homicide; war, terrorism or "
        "other mass violence; severe neglect that led to death.",
    ),
    Category(
        2, "Suicide or deliberate self-inflicted harm",
        "Hanging, shooting, self-poisoning, self-asphyxia, solvents, alcohol or drugs taken to excess, other "
        "self-harm. Usually a young person rather than a small child.",
    ),
    Category(
        3, "Trauma and other external factors",
        "Head injury, multiple injuries, burns, drowning, poisoning by accident, anaphylaxis and other causes from "
        "outside the body; from 2018 also complications or errors of treatment. Not what belongs in category 1.",
    ),
    Category(
        4, "Malignancy",
        "Solid tumours, leukaemia, lymphoma, and malignant proliferation such as histiocytosis, even where infection "
        "or bleeding was the last event.",
    ),
    Category(
        5, "Acute medical or surgical condition",
        "A sudden illness in a child who was otherwise well: for instance diabetic ketoacidosis, acute asthma, "
        "appendicitis, intussusception, acute nephritis. Sudden unexpected death in epilepsy belongs here.",
    ),
    Category(
        6, "Chronic medical condition",
        "For instance Crohn’s disease, liver disease or immune deficiency, even where infection was the last event; "
        "cerebral palsy whose cause clearly came after the time of birth.",
    ),
    Category(
        7, "Chromosomal, genetic and congenital anomalies",
        "Trisomies and other chromosomal disorders, single gene defects, neurodegenerative disease, cystic fibrosis, "
        "and anomalies present at birth, of the heart among them.",
    ),
    Category(
        8, "Perinatal or neonatal event",
        "A death that goes back to the time around birth, at whatever age it came: prematurity and its consequences, "
        "lack of oxygen before or during birth, bleeding in the brain of a preterm baby, infection in the first week, "
        "cerebral palsy of unknown cause.",
    ),
    Category(
        9, "Infection",
        "A first infection, not a complication of what comes above, that began after the first week of life or after a "
        "preterm baby had gone home: septicaemia, pneumonia, meningitis, HIV and others.",
    ),
    Category(
        10, "Sudden unexpected, unexplained death",
        "The pathologist gives sudden infant death syndrome or “unascertained” as the cause, at any age. Not sudden "
        "unexpected death in epilepsy, which is category 5.",
    ),
)  # fmt: skip

CATEGORY_OPTIONS = tuple(
    Option(category.key, f"{category.number}. {category.name}", (category.name,)) for category in CATEGORIES
)
CATEGORIES_BY_KEY: Mapping[str, Category] = {category.key: category for category in CATEGORIES}


@dataclass(frozen=True, slots=True)
class PreventabilityPeriod:
    """The conclusions a panel could come to on preventability, and the days on which that wording was in use."""

    first_day: date
    last_day: date
    options: tuple[Option, ...]
    words: str


# DOMAIN 3.5. What was concluded is kept in the wording of its time.
PREVENTABILITY_PERIODS = (
    PreventabilityPeriod(
        date(2008, 4, 1), date(2010, 3, 31),
        options(
            preventable="Preventable",
            potentially_preventable="Potentially preventable",
            not_preventable="Not preventable",
            inadequate_information="Inadequate information to make a judgement",
        ),
        "the wording of 2008 to 2010",
    ),
    PreventabilityPeriod(
        date(2010, 4, 1), date.max,
        options(
            modifiable="Modifiable factors identified",
            no_modifiable="No modifiable factors identified",
            inadequate_information="Inadequate information upon which to make a judgement",
        ),
        "the wording in use from 1 April 2010",
    ),
)  # fmt: skip


def _in_any_wording(key: str) -> Option:
    """Return a conclusion in its latest words, known also by those of earlier periods."""
    words = [each.words for period in PREVENTABILITY_PERIODS for each in period.options if each.key == key]
    return Option(key, words[-1], tuple(words[:-1]))


PREVENTABILITY = tuple(
    _in_any_wording(key)
    for key in dict.fromkeys(each.key for period in reversed(PREVENTABILITY_PERIODS) for each in period.options)
)

# The figures give one series: both kinds of preventable death of 2008-2010 had factors that could be modified. G?
COUNTED_AS: Mapping[str, str] = {
    "preventable": "modifiable",
    "potentially_preventable": "modifiable",
    "not_preventable": "no_modifiable",
    "modifiable": "modifiable",
    "no_modifiable": "no_modifiable",
    "inadequate_information": "inadequate_information",
}
COUNTED_PREVENTABILITY = PREVENTABILITY_PERIODS[-1].options


@dataclass(frozen=True, slots=True)
class AnalysisScheme:
    """How a panel grades what contributed to a death: the domains, the scores, and from which day."""

    key: str
    first_day: date
    domains: tuple[Option, ...]
    scores: tuple[Option, ...]
    each_factor_is_scored: bool


_FORM_C_DOMAINS = options(
    intrinsic="Factors intrinsic to the child",
    social="Social environment, family and parenting capacity",
    physical="Physical environment",
    service="Service provision",
)

# DOMAIN 3.7 and 4.6.
ANALYSIS_SCHEMES = (
    AnalysisScheme(
        "FORMC_0_3", date(2008, 4, 1), _FORM_C_DOMAINS,
        (
            Option("0", "Information not available"),
            Option("1", "No factors identified"),
            Option("1*", "Factors identified, unlikely to have contributed"),
            Option("2", "Factors that may have contributed to vulnerability, ill health or death"),
            Option("3", "Factors that are a complete and sufficient explanation for the death"),
        ),
        each_factor_is_scored=False,
    ),
    AnalysisScheme(
        "ANALYSIS_0_2", date(2019, 4, 1),
        options(
            intrinsic="Characteristics of the child",
            social="Social environment, family and parenting capacity",
            physical="Physical environment",
            service="Service delivery",
        ),
        (
            Option("0", "Information not available, or no or unlikely contribution"),
            Option("1", "May have contributed to vulnerability, ill health or death"),
            Option("2", "A complete and sufficient explanation for the death"),
        ),
        each_factor_is_scored=True,
    ),
)  # fmt: skip

# DOMAIN 3.4 and 4.3: whom a member of the panel stands for.
PANEL_ROLES = options(
    public_health="Public health",
    designated_doctor="Designated doctor for child deaths",
    lead_nurse="Lead nurse for child death review",
    hospital_paediatrician="Hospital paediatrician",
    safeguarding_health="Designated nurse or doctor for safeguarding",
    primary_care="Primary care",
    community_child_health="Community child health, 0 to 19 service",
    paediatric_nursing="Paediatric nursing",
    neonatology="Neonatology",
    midwifery="Midwifery",
    obstetrics="Obstetrics",
    mental_health="Child mental health",
    ambulance="Ambulance service",
    social_care="Children’s social care",
    education="Education",
    local_authority="Local authority",
    police="Police",
    coroners_officer="Coroner’s officer",
    fire="Fire and rescue",
    bereavement="Bereavement service",
    lay="Lay member",
)
