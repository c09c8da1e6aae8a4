"""Code lists of the field, each code with its words: the codes are fixed, the words may be improved (DOMAIN 1-4)."""

from collections.abc import Iterable

from workflows.definition import Option


def options(**words: str) -> tuple[Option, ...]:
    return tuple(Option(key, text) for key, text in words.items())


def words_of(choices: tuple[Option, ...], key: str) -> str:
    """Return the words of a code, or the code itself where it is not in the list (an older list, say)."""
    return next((option.words for option in choices if option.key == key), key)


def in_a_sentence(words: str) -> str:
    """Return words as they read after others: with a small first letter, unless they begin with an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


_PUNCTUATION = str.maketrans({"_": " ", ":": " ", "’": "", "'": ""})


def chosen(choices: Iterable[Option], written: str) -> Option | None:
    """Return the choice that is written, by its key or its words, in capitals or not; nothing if it is none."""
    plain = plainly(written)
    return next((each for each in choices if plain in map(plainly, (each.key, each.words, *each.also))), None)


def plainly(written: str) -> str:
    """Return a code or its words as people write them in scripts and spreadsheets: in any case, spaced as they like."""
    return " ".join(written.casefold().translate(_PUNCTUATION).split())


YES_NO = options(yes="Yes", no="No")
YES_NO_NOT_KNOWN = options(yes="Yes", no="No", not_known="Not known")

ABUSE_OR_NEGLECT = options(known="Known", suspected="Suspected", none="No", not_known="Not known")

RECOMMENDATIONS = options(
    review="Hold a serious case review", alternative="Hold an alternative review", none="No review"
)

RAPID_REVIEW_DECISIONS = options(
    local_review="Hold a local review",
    no_review="No local review",
    national="Propose a national review",
)

SAFEGUARDING_PARTNERS = options(local_authority="Local authority", police="Police", health="Health")

DELAY_REASONS = options(
    CRIMINAL_INVESTIGATION="Criminal investigation",
    CRIMINAL_TRIAL="Criminal trial",
    CPS_DISCLOSURE="Disclosure to the Crown Prosecution Service",
    INQUEST="Inquest",
    CARE_PROCEEDINGS="Care proceedings",
    FAMILY_COURT_RESTRICTION="Restriction by the family court",
    IOPC_INVESTIGATION="Investigation by the Independent Office for Police Conduct",
    DISCIPLINARY_OR_REGULATORY="Disciplinary or regulatory process",
    IMR_LATE="Agency report late",
    REVIEWER_CAPACITY="Reviewer’s capacity",
    REVIEWER_REPLACED="Reviewer replaced",
    FAMILY_CONTACT="Contact with the family",
    QUALITY_OF_REPORT="Quality of the report",
    ACTION_PLAN_NOT_AGREED="Action plan not agreed",
    LEGAL_ADVICE_PUBLICATION="Legal advice on publication",
    GUIDANCE_CHANGE="Change in guidance",
    ELECTION_OR_BOARD_DATE="Election, or date of a board meeting",
    OTHER="Another reason",
)

METHODOLOGIES = options(
    TRAD="Traditional: agency reports, panel and overview report",
    SCIE_LT="SCIE Learning Together",
    SILP="Significant Incident Learning Process",
    WELSH="Welsh Child Practice Review model",
    RCA="Root cause analysis",
    HYBRID="Hybrid or proportionate",
    APPREC="Appreciative inquiry",
)

PUBLICATION_MODES = options(
    FULL="In full",
    REDACTED="With redactions",
    SUMMARY_ONLY="Summary only",
    RECOMMENDATIONS_ONLY="Recommendations only",
    LEARNING_BRIEF_ONLY="Learning brief only",
    NOT_PUBLISHED="Not published",
    ANONYMOUS_VIA_NSPCC="Anonymously, through the NSPCC repository",
)

ALTERNATIVE_REVIEWS = options(
    PRACTICE_LEARNING_REVIEW="Practice learning review",
    MULTI_AGENCY_MANAGEMENT_REVIEW="Multi-agency management review",
    SINGLE_AGENCY_IMR="Individual management review by one agency",
    MULTI_AGENCY_CASE_AUDIT="Multi-agency case audit",
    CRITICAL_INCIDENT_REVIEW="Critical incident review",
    LEARNING_REVIEW="Learning review",
    SINGLE_AGENCY_REVIEW="Review by one agency",
    THEMATIC_AUDIT="Thematic audit",
    SAR_JOINT="Jointly with a safeguarding adults review",
    DHR_JOINT="Jointly with a domestic homicide review",
)

PARALLEL_PROCESSES = options(
    CORONER_INVESTIGATION="Coroner’s investigation",
    INQUEST="Inquest",
    CRIMINAL_INVESTIGATION="Criminal investigation",
    CRIMINAL_TRIAL="Criminal trial",
    SCR="Serious case review",
    RAPID_REVIEW="Rapid review",
    LCSPR="Local child safeguarding practice review",
    NATIONAL_CSPR="National child safeguarding practice review",
    SI_FRAMEWORK="NHS serious incident investigation",
    PSIRF_PSII="Patient safety incident investigation",
    PMRT="Perinatal mortality review",
    MBRRACE="MBRRACE-UK enquiry",
    HSSIB_MNSI="Maternity and newborn safety investigation",
    LEDER="Learning disability mortality review",
    DHR="Domestic homicide review",
    DARDR="Domestic abuse related death review",
    MAPPA_SCR="MAPPA serious case review",
    SAR="Safeguarding adults review",
    OWHR="Offensive weapons homicide review",
    YJB_CSPPI="Community safeguarding and public protection incident",
    PPO="Prisons and Probation Ombudsman investigation",
    IOPC="Independent Office for Police Conduct investigation",
    HSE="Health and Safety Executive investigation",
    CAA="Civil Aviation Authority investigation",
    RAIB="Rail accident investigation",
    AAIB="Air accident investigation",
    MAIB="Marine accident investigation",
    COMPLAINT_CIVIL="Complaint or civil claim",
    DISCIPLINARY_REGULATORY="Disciplinary or regulatory process",
    CARE_PROCEEDINGS="Care proceedings",
    FAMILY_COURT="Family court proceedings",
)

HOLD_KINDS = (
    *PARALLEL_PROCESSES,
    *options(LEGAL_ADVICE="Legal advice", REPORTING_RESTRICTION="Reporting restriction"),
)

PROCEEDINGS_EVENTS = options(
    opened="Opened",
    charge="Charge",
    plea="Plea",
    verdict="Verdict",
    sentence="Sentence",
    no_further_action="No further action",
    inquest_opened="Inquest opened",
    inquest_concluded="Inquest concluded",
    concluded="Concluded",
    order_made="Order made",
)

IMPACT_RATINGS = options(none="No impact", limited="Limited", partial="Partial", embedded="Embedded")

ACTION_STATES = options(
    in_progress="In progress",
    complete_claimed="Said to be complete, evidence awaited",
    complete_evidenced="Complete, with evidence",
    superseded="Superseded",
    rejected="Rejected",
)

AGENCY_REPORT_KINDS = (
    "IMR",
    "Agency report",
    "Chronology",
    "Health overview report",
    "Narrative report",
)
