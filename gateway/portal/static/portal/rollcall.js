// Ticks on a phone: shown at once, sent without loading the page, and again until the gateway
// has them. The list stands still under a finger. Without this script each tick is a form of its
// own. Uses live.js.
"use strict";
/* global refresh */

const AGAIN_MS = 3000;
const QUIET_MS = 2000;       // no line moves while a finger was near within this time
const form = document.querySelector("form[data-ticks]");
const note = document.querySelector("[data-ticks-note]");
const waiting = new Map();   // person -> whether safe, until the gateway has it
const region = form.querySelector("[data-region]");
let sending = false;
let quiet = 0;

function hold() {
  region.dataset.held = "yes";
  clearTimeout(quiet);
  quiet = setTimeout(() => { delete region.dataset.held; refresh(); }, QUIET_MS);
}

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
for (const kind of ["pointerdown", "touchmove", "keydown", "wheel"]) {
  form.addEventListener(kind, hold, { passive: true });
}
new MutationObserver(markAll).observe(form, { childList: true, subtree: true });
addEventListener("beforeunload", (leaving) => { if (waiting.size) leaving.preventDefault(); });
