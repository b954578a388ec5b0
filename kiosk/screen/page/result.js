/* One answer, large. It leaves by itself, even when nobody tells the page. */

import { at, put } from "./page.js";

const TEXTS = ["word", "who", "when", "late"];
let leaving = 0;

export function show(told, turnTo) {
  const result = told.result;
  const box = at("result");
  clearTimeout(leaving);
  box.className = result.icon;
  box.lang = result.language;
  box.dir = result.direction;
  box.dataset.number = result.number;
  at("icon").setAttribute("href", `#icon-${result.icon}`);
  for (const id of TEXTS) put(id, result[id]);
  box.hidden = false;
  leaving = setTimeout(() => turnTo("idle"), result.leaves_in_ms);
}

export function leave() {
  clearTimeout(leaving);
  for (const id of TEXTS) put(id, "");
  at("result").hidden = true;
}
