/* At rest: a clock, one instruction, and the code of a session that meets now. */

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

function showCode(code) {
  at("session").hidden = !code;
  at("idle").classList.toggle("with-code", Boolean(code));
  put("session-text", code ? code.text : "");
  at("session-path").setAttribute("d", code ? code.path : "");
  if (code) at("session-code").setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
}

export function hear(told) {
  aheadMs = told.now_ms - Date.now();
  zone = told.zone;
  put("instruction", told.instruction);
  showCode(told.code);
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
