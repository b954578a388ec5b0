// Ticks on a phone: shown at once, sent without loading the page, and again until the gateway
// has them. Without this script each tick is a form of its own.
"use strict";

const AGAIN_MS = 3000;
const form = document.querySelector("form[data-ticks]");
const note = document.querySelector("[data-ticks-note]");
const waiting = new Map();   // person -> whether safe, until the gateway has it
let sending = false;

function mark(button) {
  const safe = waiting.get(button.value);
  if (safe === undefined || button.getAttribute("aria-pressed") === String(safe)) return;
  button.setAttribute("aria-pressed", String(safe));
  button.name = safe ? "missing" : "safe";
}

function markAll() {
  for (const person of waiting.keys()) {
    const button = document.getElementById(`tick-${person}`);
    if (button) mark(button);
  }
}

function say(offline) {
  note.hidden = !offline;
  note.textContent = offline ? note.dataset.waiting : "";
}

async function send(person, safe) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set(safe ? "safe" : "missing", person);
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Tick": "1" } });
  if (answer.status >= 500) throw new Error("try again");
  if (!answer.ok || answer.redirected) location.reload();
}

async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    while (waiting.size) {
      const [person, safe] = waiting.entries().next().value;
      await send(person, safe);
      if (waiting.get(person) === safe) waiting.delete(person);
    }
    say(false);
  } catch {
    say(true);
    setTimeout(sendAll, AGAIN_MS);
  } finally {
    sending = false;
  }
}

form.addEventListener("submit", (sent) => {
  const button = sent.submitter;
  if (!button) return;
  sent.preventDefault();
  waiting.delete(button.value);
  waiting.set(button.value, button.name === "safe");
  mark(button);
  sendAll();
});
new MutationObserver(markAll).observe(form, { childList: true, subtree: true });
addEventListener("beforeunload", (leaving) => { if (waiting.size) leaving.preventDefault(); });
