/* At rest: a clock and one instruction. */

import { at, put } from "./page.js";

let aheadMs = 0;
let zone = "UTC";

function tick() {
  const now = new Date(Date.now() + aheadMs);
  const language = document.documentElement.lang;
  const spoken = language === "en" ? "en-GB" : language;
  put("clock", now.toLocaleTimeString(spoken, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }));
  put("date", now.toLocaleDateString(spoken, { weekday: "long", day: "numeric", month: "long", timeZone: zone }));
}

export function hear(told) {
  aheadMs = told.now_ms - Date.now();
  zone = told.zone;
  put("instruction", told.instruction);
  tick();
}

export function show() {
  at("idle").hidden = false;
}

export function leave() {
  at("idle").hidden = true;
}

setInterval(tick, 1000);
tick();
