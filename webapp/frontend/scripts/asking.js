// A part of a form that asks again as it is answered: what is entered is kept, and the answer of the server is shown.
// Without this the same answer comes when the form is sent.

async function ask(form, id) {
  const entered = new FormData(form);
  entered.set("do", "keep");
  // Out of reach, or left for another page meanwhile: it is asked again at the next change, and comes with the form.
  const asked = { method: "POST", body: entered, credentials: "same-origin" };
  const answer = await fetch(form.action, asked).catch(() => null);
  if (!answer) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [shown, told] = [document.getElementById(id), page.getElementById(id)];
  if (!shown || !told) {
    return;
  }
  shown.className = told.className;
  shown.replaceChildren(...told.childNodes);
  for (const name of ["kept_at", "opened_at"]) {
    const [here, there] = [form.elements[name], page.querySelector(`input[name="${name}"]`)];
    if (answer.ok && here && there) {
      here.value = there.value;
    }
  }
}

// One question at a time: two under way could be answered the other way round, and the older answer would stay.
function inTurn(question) {
  let underWay = false;
  let changedMeanwhile = false;
  return async () => {
    changedMeanwhile = underWay;
    if (underWay) {
      return;
    }
    underWay = true;
    try {
      do {
        changedMeanwhile = false;
        await question();
      } while (changedMeanwhile);
    } finally {
      underWay = false;
    }
  };
}

export function askAgain() {
  for (const part of document.querySelectorAll("[data-asks-again]")) {
    const question = inTurn(() => ask(part.closest("form"), part.dataset.asksAgain));
    part.addEventListener("change", question);
    // Answered before this script was there, or kept by the browser from before the page was read again.
    if ([...part.querySelectorAll("input")].some((box) => box.checked !== box.defaultChecked)) {
      question();
    }
  }
}
