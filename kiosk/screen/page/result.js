/* One answer, large. It leaves by itself, even when nobody tells the page. */

import { act, at, button, list, put } from "./page.js";

const TEXTS = ["word", "who", "when", "late", "kept", "question", "thanks"];
let leaving = 0;
let asked = null;

function giveReason(number, reason) {
  for (const each of at("reasons").querySelectorAll("button")) each.disabled = true;
  act("/reason", { number: String(number), reason });
}

/* Made anew only for another answer: a button must not vanish under the finger. */
function showReasons(result) {
  const wanted = result.reasons.length ? result.number : null;
  if (wanted === asked) return;
  asked = wanted;
  const choices = result.reasons.map((each) => button(each.text, () => giveReason(result.number, each.value)));
  at("reasons").replaceChildren(...list(choices));
}

export function show(told, turnTo) {
  const result = told.result;
  const box = at("result");
  clearTimeout(leaving);
  box.className = result.icon;
  box.classList.toggle("asking", result.reasons.length > 0);
  box.lang = result.language;
  box.dir = result.direction;
  box.dataset.number = result.number;
  at("icon").setAttribute("href", `#icon-${result.icon}`);
  for (const id of TEXTS) put(id, id === "kept" ? result.note : result[id]);
  showReasons(result);
  box.hidden = false;
  leaving = setTimeout(() => turnTo("idle"), result.leaves_in_ms);
}

export function leave() {
  clearTimeout(leaving);
  asked = null;
  for (const id of TEXTS) put(id, "");
  at("reasons").replaceChildren();
  at("result").hidden = true;
}
