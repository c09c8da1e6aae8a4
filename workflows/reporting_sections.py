"""What the main reporting form asks of an agency that knew a child, section by section (DOMAIN 4.4, 4.6).

The headings and subjects are those of the public forms; the words are ours. Since when a section is asked is said in
`workflows.reporting_forms`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflows.codes import options
from workflows.definition import Question
from workflows.questions import day, lines, long_text, one_of, some_of, text, yes_no_not_known


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a form, and the answer to an earlier one that it is asked only after."""

    question: Question
    after: str = ""
    answers: tuple[str, ...] = ()

    def is_asked(self, given: Mapping[str, Any]) -> bool:
        """Return whether the question is asked, by what was answered so far."""
        if not self.after:
            return True
        answer = given.get(self.after)
        chosen = answer if isinstance(answer, list) else [answer]
        return any(each in self.answers for each in chosen)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions on one page, in a sensible order."""

    key: str
    title: str
    asks: tuple[Asked, ...]

    def pages(self, given: Mapping[str, Any], asked: Collection[str]) -> tuple[tuple[Question, ...], ...]:
        """Return the questions asked, by page: one that depends on an answer of the section comes a page after it."""
        page_of: dict[str, int] = {}
        pages: dict[int, list[Question]] = {}
        for each in self.asks:
            key = each.question.key
            page_of[key] = page_of.get(each.after, -1) + 1
            if key in asked and each.is_asked(given):
                pages.setdefault(page_of[key], []).append(each.question)
        return tuple(tuple(pages[number]) for number in sorted(pages))


def always(*questions: Question) -> tuple[Asked, ...]:
    return tuple(Asked(question) for question in questions)


def after(key: str, answers: tuple[str, ...], *questions: Question) -> tuple[Asked, ...]:
    """Return questions that are asked only where an earlier one has one of these answers."""
    return tuple(Asked(question, key, answers) for question in questions)


def concern(key: str, question: str, *, what: str = "What was known of it") -> tuple[Asked, ...]:
    """Return a question whether there was something, and after a yes what."""
    return (*always(yes_no_not_known(key, question)), *after(key, YES, text(f"{key}_what", what)))


def if_known(section: Section) -> Section:
    """Return the section as it is put to an agency that knew the family; one that did not is asked nothing more."""
    asks = tuple(each if each.after else replace(each, after="known", answers=YES) for each in section.asks)
    return replace(section, asks=asks)


# --- What may be answered ---------------------------------------------------

YES, NO = ("yes",), ("no",)

CONTACT = options(
    never="Never known", previously="Known before", child_in_need="Child in need",
    child_protection_plan="Child protection plan", looked_after="Looked after", not_known="Not known",
)  # fmt: skip
DELIVERY = options(
    vaginal="Vaginal birth", assisted="Assisted birth", caesarean_planned="Planned caesarean section",
    caesarean_emergency="Emergency caesarean section", not_known="Not known",
)  # fmt: skip
SLEPT = options(
    own_surface="On a surface of its own", shared_bed="In a shared bed", shared_sofa="On a sofa or chair with somebody",
    other="Elsewhere", not_known="Not known",
)  # fmt: skip
LEARNING_DISABILITY = options(confirmed="Confirmed", likely="Likely", no="No", not_known="Not known")
EMPLOYMENT = options(
    employed="Employed", self_employed="Self-employed", looking="Looking for work", caring="Caring for home or family",
    not_able="Not able to work", studying="Studying", other="Other", not_known="Not known",
)  # fmt: skip
AT_WORK = ("employed", "self_employed")
HOUSING = options(
    owned="Owned", rented_privately="Rented from a private landlord", rented_socially="Social housing",
    temporary="Temporary accommodation", homeless="Homeless", other="Other", not_known="Not known",
)  # fmt: skip
IMMIGRATION = options(
    settled="British, Irish or settled", limited_leave="Leave to remain for a time", refugee="Refugee",
    asylum_seeker="Asylum seeker", no_leave="No leave known of", other="Other", not_known="Not known",
)  # fmt: skip
SCHOOLING = options(
    too_young="Too young for either", nursery="Nursery or childminder", school="School or college",
    at_home="Taught at home", neither="Of age for school and in none", not_known="Not known",
)  # fmt: skip
ENROLLED = ("nursery", "school")
QUALITY = options(
    good="Good", could_be_better="Could have been better, which made no difference",
    mattered="Could have been better, which may have made a difference", not_known="Not known",
)  # fmt: skip
BARRIERS = options(charges="Charges for care", language="Language", money="Cost of travel or time off", none="None")


# --- The sections -----------------------------------------------------------

INVOLVEMENT = Section(
    "involvement", "What your agency knew and did",
    (
        *always(yes_no_not_known("known", "Was the child or family known to your agency?", required=True)),
        *after(
            "known", YES,
            day("first_contact_on", "When they were first known"),
            day("last_contact_on", "When your agency last saw the child", not_before="first_contact_on"),
            long_text("summary", "Summary of what your agency did", required=True),
            one_of("quality", "Your agency’s service, as you judge it now", QUALITY),
            long_text("went_well", "What went well"),
            long_text("concerns", "Concerns about services, your own included"),
        ),
    ),
)  # fmt: skip

BIRTH = Section(
    "birth", "Pregnancy and birth",
    (
        *always(
            text("gravidity", "How often the mother had been pregnant, this pregnancy included"),
            text("parity", "How many births she had had before"),
            text("birth_weight", "Birth weight in grams"),
            text("gestation", "Weeks of pregnancy at birth"),
            one_of("delivery", "How the child was born", DELIVERY),
            yes_no_not_known("multiple_birth", "Was it a multiple birth?"),
        ),
        *after("multiple_birth", YES, text("multiple_birth_order", "Which in order of birth, of how many")),
    ),
)  # fmt: skip

CHILD = Section(
    "child", "The child’s health",
    (
        *concern("disability", "Had the child a disability?", what="Which"),
        *always(
            one_of("learning_disability", "Had the child a learning disability?", LEARNING_DISABILITY),
            lines("conditions", "Known conditions", hint="One on each line. If there were none, say so"),
            lines("medication", "Medication", hint="One on each line. If there was none, say so"),
            yes_no_not_known("immunised", "Were immunisations up to date?"),
        ),
        *after("immunised", NO, text("immunised_not", "Which were missing, and why")),
    ),
)  # fmt: skip


def _parent(key: str, who: str) -> tuple[Asked, ...]:
    return (
        *always(
            text(f"{key}_age", f"{who}: age in years when the child died"),
            one_of(f"{key}_employment", f"{who}: work", EMPLOYMENT),
        ),
        *after(f"{key}_employment", AT_WORK, text(f"{key}_occupation", f"{who}: occupation")),
    )


PARENTS = Section(
    "parents", "The parents",
    (
        *_parent("mother", "Mother"),
        *_parent("father", "Father or other parent"),
        *concern("consanguinity", "Are the parents related by blood?", what="How they are related"),
    ),
)  # fmt: skip

FAMILY = Section(
    "family", "Family and care",
    (
        *always(
            yes_no_not_known("smoking_in_pregnancy", "Did the mother smoke in pregnancy?"),
            yes_no_not_known("smoking_in_household", "Did anybody smoke in the household?"),
        ),
        *concern("alcohol", "Was there concern about alcohol?"),
        *concern("substances", "Was there concern about drugs?"),
        *concern("parental_mental_health", "Was there concern about a parent’s mental health?"),
        *concern("domestic_abuse", "Was there domestic abuse?"),
        *always(
            one_of("social_care", "Children’s social care and the child", CONTACT),
            yes_no_not_known("siblings", "Had the child brothers or sisters?"),
            one_of(
                "immigration_status", "The family’s immigration status", IMMIGRATION,
                hint="Only as your agency has it on record. Do not ask the family for this form",
            ),
        ),
        *after(
            "siblings", YES,
            text("siblings_ages", "Brothers and sisters: how many, and of what age", hint="No names"),
            one_of("siblings_social_care", "Brothers and sisters: children’s social care", CONTACT),
        ),
    ),
)  # fmt: skip

HOME = Section(
    "home", "Home, sleep and school",
    (
        *always(one_of("housing", "Where the family lived", HOUSING)),
        *concern("housing_concern", "Was there concern about housing?"),
        *concern("home_safety", "Was there concern about safety in the home?"),
        *always(one_of("usual_sleep", "Where the child usually slept", SLEPT)),
        *after("usual_sleep", ("shared_bed", "shared_sofa"), text("usual_sleep_with", "With whom, by relationship")),
        *always(one_of("schooling", "Nursery, school or college", SCHOOLING)),
        *after(
            "schooling", ENROLLED,
            yes_no_not_known("attendance", "Was there concern about attendance?"),
            yes_no_not_known("special_support", "Was there support for special educational needs?"),
        ),
    ),
)  # fmt: skip

# DOMAIN 4.4: the programme that reviews the lives and deaths of people with a learning disability.
LEARNING_DISABILITY_REVIEW = Section(
    "leder", "Learning disability review (LeDeR)",
    after(
        "learning_disability", ("confirmed", "likely"),
        day("leder_notified_on", "When the death was notified to LeDeR", hint="For a child aged 4 to 17"),
        yes_no_not_known("leder_rep_at_panel", "Is somebody from LeDeR to sit with the panel?"),
    ),
)  # fmt: skip

POVERTY = Section(
    "poverty", "Deprivation and access to services",
    (
        *concern("poverty", "Did the family live in poverty?", what="What shows it"),
        *always(some_of("barriers", "Barriers to services", BARRIERS)),
        *after("barriers", ("charges", "language", "money"), text("barriers_what", "What came of them")),
    ),
)  # fmt: skip

MEASURES = Section(
    "measures", "Measurements and support",
    (
        *always(
            text("maternal_bmi", "Mother’s body mass index at booking"),
            text("height", "Child’s height in centimetres"),
            text("weight", "Child’s weight in kilograms"),
            yes_no_not_known("bereavement_support", "Was support in bereavement offered to the family?"),
        ),
        *after("bereavement_support", YES, text("bereavement_support_by", "By whom, and what")),
        *after("bereavement_support", NO, text("bereavement_support_not", "Why not")),
    ),
)  # fmt: skip
