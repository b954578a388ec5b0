/* Puts up what the kiosk tells. All words come from the kiosk; nothing is decided here.

A mode is a script with `show(told, turnTo)` and `leave()`, named as the picture names it, and a
section of the page that it alone fills. `hear(told)`, where it has one, is told every picture. */

import { put } from "./page.js";
import { showEarlier, showLine } from "./foot.js";
import * as checkup from "./checkup.js";
import * as enrolment from "./enrolment.js";
import * as idle from "./idle.js";
import * as result from "./result.js";
import * as rollcall from "./rollcall.js";
import * as touch from "./touch.js";
import * as tray from "./tray.js";

const MODES = { checkup, enrolment, face: enrolment, idle, result, rollcall, touch };
const ALIVE_MS = 12000;
let silence = 0;
let waitingText = "…";

function turnTo(mode, told) {
  for (const [name, each] of Object.entries(MODES)) if (name !== mode) each.leave();
  document.body.dataset.mode = mode;
  MODES[mode].show(told, turnTo);
}

/* A hand at the touch screen is not to be disturbed by a picture that only says "at rest". */
function atRest() {
  return touch.wanted() ? "touch" : "idle";
}

function show(told) {
  document.documentElement.lang = told.language;
  document.documentElement.dir = told.direction;
  document.title = told.title;
  waitingText = told.waiting_text;
  put("title", told.title);
  for (const each of Object.values(MODES)) if (each.hear) each.hear(told);
  turnTo(told.mode === "idle" ? atRest() : told.mode, told);
  showEarlier(told.earlier);
  showLine(told.line, told.line_text, told.clock_note);
  if (told.tray) tray.open();
  clearTimeout(silence);
  silence = setTimeout(goSilent, ALIVE_MS);
}

function goSilent() {
  turnTo("idle");
  showEarlier([]);
  showLine("offline", waitingText, "");
}

function listen() {
  const stream = new EventSource("/events");
  stream.onmessage = (event) => show(JSON.parse(event.data));
  stream.onerror = () => {
    stream.close();
    clearTimeout(silence);
    goSilent();
    setTimeout(listen, 2000);
  };
}

touch.start(() => turnTo(atRest()));
listen();
