/* How the kiosk is, for staff who hold the button. */

import { at, put } from "./page.js";

function line(fact) {
  const label = document.createElement("dt");
  label.textContent = fact.label;
  const text = document.createElement("dd");
  text.dir = "auto";
  text.textContent = fact.text;
  return [label, text];
}

export function show(told) {
  at("facts").replaceChildren(...told.panel.facts.flatMap(line));
  put("checkup-hint", told.panel.hint);
  at("checkup").hidden = false;
}

export function leave() {
  at("checkup").hidden = true;
}
