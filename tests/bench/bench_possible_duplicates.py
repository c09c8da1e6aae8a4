"""Whether a death was told before, looked for among 50,000: how long it takes, what is found and what is not.

The aim: a moment, whatever the number recorded; every record told again with a name that sounds alike and both days
mistyped is found; and of children who are different, hardly any is put before somebody.
"""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from models.child_deaths.child import ChildDeath
from models.child_deaths.names import name_sounds
from models.child_deaths.possible_duplicates import likely_the_same
from tests.bench.conftest import BenchDatabase

DEATHS, LOOKED_FOR = 50_000, 200
NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)
CASES = """
INSERT INTO board (name, short_name, reference_prefix, kind) VALUES ('Invented board', 'Invented', 'INV', 'lscb');
INSERT INTO review_case (
    reference, workflow_key, regime_key, procedure_fingerprint, board_id, pseudonym, opened_on, created_at, updated_at,
    state, stage, held, next_roles, history_length, last_event_hash, version)
SELECT 'INV-' || n, 'child_death_review', 'WT2015', 'f', 1, 'Child ' || n, '2014-01-01', now(), now(),
    'notified', 'notification', false, '{}', 1, decode(repeat('00', 32), 'hex'), 1
FROM generate_series(1, 50000) AS n;
"""

# Common names first, as they are in towns where few names are borne by many; by Zipf's law below.
SURNAMES = (
    "Khan Smith Jones Begum Ahmed Hussain Ali Patel Taylor Brown Williams Wilson Johnson Singh Kaur Davies Robinson "
    "Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Mahmood Akhtar Miah Rahman Islam Uddin "
    "Shah Iqbal Chowdhury Murphy Kelly Ryan Byrne Walsh Doyle Kowalski Nowak Popescu Ionescu Silva Santos Okafor "
    "Adeyemi Mensah Owusu Mohamed Abdi Hassan Osman Nguyen Tran Chen Wang Li Zhang Stephenson Catherwood Hargreaves"
)
FORENAMES = (
    "Mohammed Oliver Olivia George Amelia Muhammad Noah Isla Ava Leo Aisha Fatima Yusuf Ibrahim Maryam Zainab Arthur "
    "Freya Lily Jack Harry Grace Sophia Ella Archie Alfie Theo Hannah Zara Jacob Adam Ayesha Hamza Bilal Umar Khadija "
    "Sara Simran Arjun Priya Kiran Deepak Aleksander Zofia Maja Andrei Elena Joao Maria Chidi Amara Kwame Ama Abdi "
    "Hodan Linh Minh Wei Xin Stephen Steven Katherine Catherine Sian Rhys Niamh Saoirse"
)
SOUND_ALIKE = {
    "Stephenson": "Stevenson", "Catherwood": "Katherwood", "Clarke": "Clark", "Mohammed": "Muhammed",
    "Katherine": "Catharine", "Stephen": "Steven", "Wright": "Right", "Hussain": "Hussein", "Smith": "Smyth",
    "Thompson": "Thomson", "Sara": "Sarah", "Hannah": "Hanna", "Taylor": "Tailor", "Brown": "Browne", "Green": "Greene",
}  # fmt: skip


@dataclass(frozen=True)
class Child:
    """An invented child."""

    surname: str
    forenames: str
    born_on: date
    died_on: date

    def stored(self, case_id: int | None = None) -> dict[str, object]:
        return {
            "case_id": case_id, "board_id": 1, "surname": self.surname, "forenames": self.forenames,
            "born_on": self.born_on, "died_on": self.died_on, "details": {}, "updated_at": NOW,
            "name_sounds": name_sounds((self.surname,), self.forenames),
        }  # fmt: skip


def a_child(chance: random.Random) -> Child:
    """A child of fifteen years of deaths, two in five of them newborn (DOMAIN 5.3)."""
    died_on = date(2008, 4, 1) + timedelta(days=chance.randrange(5_500))
    lived = chance.randrange(28) if chance.random() < 0.42 else chance.randrange(28, 6_570)
    return Child(_one_of(chance, SURNAMES), _one_of(chance, FORENAMES), died_on - timedelta(days=lived), died_on)


def told_again(child: Child, chance: random.Random) -> Child:
    """The same child told by somebody who heard the name and mistyped a digit of either day."""
    surname, forenames = (SOUND_ALIKE.get(name, name) for name in (child.surname, child.forenames))
    return Child(surname, forenames, _mistyped(child.born_on, chance), _mistyped(child.died_on, chance))


def _one_of(chance: random.Random, names: str) -> str:
    several = names.split()
    return chance.choices(several, [1 / (rank + 2) for rank in range(len(several))])[0]


def _mistyped(day: date, chance: random.Random) -> date:
    while True:
        digits = list(f"{day:%Y%m%d}")
        place = chance.choice((3, 5, 7))
        digits[place] = str((int(digits[place]) + chance.randrange(1, 10)) % 10)
        try:
            return datetime.strptime("".join(digits), "%Y%m%d").replace(tzinfo=UTC).date()
        except ValueError:
            continue


def test_told_before(bench_database: BenchDatabase, bench_engine: Engine) -> None:
    """Each looked for in a moment; all that were told before are found, and few that were not."""
    chance = random.Random(20240105)
    children = [a_child(chance) for _ in range(DEATHS)]
    with Session(bench_engine) as session:
        session.execute(text(CASES))
        session.execute(insert(ChildDeath), [child.stored(number) for number, child in enumerate(children, start=1)])
        session.commit()
    with bench_engine.connect() as connection:
        connection.execute(text("ANALYZE child_death"))
    with Session(bench_engine) as session:
        found, seconds = 0, []
        for case_id in chance.sample(range(1, DEATHS + 1), LOOKED_FOR):
            child = ChildDeath(**told_again(children[case_id - 1], chance).stored())
            start = perf_counter()
            likely = likely_the_same(session, child, [1])
            seconds.append(perf_counter() - start)
            found += any(other.case_id == case_id for other, _ in likely)
            session.expunge_all()
        others = 0
        for _ in range(LOOKED_FOR):
            others += len(likely_the_same(session, ChildDeath(**a_child(chance).stored()), [1]))
            session.expunge_all()
    slowest = sorted(seconds)[int(0.95 * len(seconds))]
    print(f"\ntold again: {found} of {LOOKED_FOR} found; {statistics.median(seconds) * 1000:.0f} ms, 95 of 100 within")
    print(f"{slowest * 1000:.0f} ms; put before somebody wrongly: {others / LOOKED_FOR:.2f} for each new child")
    assert found == LOOKED_FOR
    assert slowest < 0.5
    assert others / LOOKED_FOR < 0.5
