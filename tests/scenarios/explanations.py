"""Why each date of a case is what it is, as text to be reviewed. Run as a program it writes the files anew."""

from collections.abc import Iterator
from pathlib import Path

from tests.scenarios.stories import Story
from webapp.scripts import Script, read_script
from workflows.dates import day_in_words
from workflows.errors import StepRefused
from workflows.explanation import explain

CASES = Path(__file__).parent / "cases"
FOLDER = Path(__file__).parents[1] / "expected" / "explanations"
TOLD = (
    "serious-case-review-2008-months",
    "serious-case-review-2011-trial-then-inquest",
    "serious-case-review-2018-transition",
    "practice-review-2019-local",
    "practice-review-2026",
    "child-death-cdr2018",
)


def as_story(script: Script) -> Story:
    """Return the story a script tells, without the steps that are refused in it."""
    story = Story(script.workflow, script.new_arrangements_start)
    for step in script.steps:
        try:
            story.tell(step.step, step.on, by=step.role, recorded=step.recorded_on, **step.answers)
        except StepRefused:
            assert step.refused, f"{script.file}:{step.line}"
    return story


def explanations_of(name: str) -> str:
    """Return every date of a case, on each day its script says anything of, with all the sentences about it."""
    script = read_script(CASES / f"{name}.yaml")
    return "\n".join([script.title, *_days(script)]) + "\n"


def _days(script: Script) -> Iterator[str]:
    story = as_story(script)
    for expectation in script.expectations:
        standing = story.on(expectation.as_at)
        yield f"\n== {day_in_words(expectation.as_at)}: {standing.procedure.state(standing.state).words}"
        for deadline in standing.deadlines:
            if deadline.start is not None:
                explanation = explain(deadline, standing)
                about = f", {explanation.about}" if explanation.about else ""
                yield f"\n{explanation.title}{about} [{deadline.status}] ({explanation.rule})"
                yield from (f"  {sentence}" for sentence in explanation.sentences())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in TOLD:
        (FOLDER / f"{name}.txt").write_text(explanations_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
