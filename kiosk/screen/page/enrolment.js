/* Whose new card is waited for. */

import { at, put } from "./page.js";

const TEXTS = ["word", "who", "hint"];

export function show(told) {
  for (const name of TEXTS) put(`enrolment-${name}`, told.panel[name]);
  at("enrolment").hidden = false;
}

export function leave() {
  for (const name of TEXTS) put(`enrolment-${name}`, "");
  at("enrolment").hidden = true;
}
