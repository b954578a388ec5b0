"use strict";
/* A browser as a kiosk: shows its camera's pictures to the gateway, and puts up what it answers.
   Nothing is decided here, and nothing is green before the gateway has committed it. */

const at = (id) => document.getElementById(id);
const words = document.body.dataset;
const TOKEN = "muster-tablet-token";
const APART_MS = 250;       // between two pictures
const STATE_MS = 15000;     // between two looks whether the gateway is there
const PATIENCE_MS = 8000;   // an answer that takes longer is none
const SHOWN_MS = 3000;
const HELD_MS = 2000;       // a code out of sight for this long was taken away
const TYPING_MS = 2000;     // a reader types faster
const WIDTH = 640;

const instruction = at("instruction").textContent;

let token = localStorage.getItem(TOKEN);
let held = "";
let goneAt = 0;
let leaving = 0;
let aheadMs = 0;
let zone = "UTC";
let typed = "";
let typedAt = 0;
let watching = false;

class Unanswered extends Error {}

async function ask(path, options = {}) {
  const headers = { ...options.headers, Authorization: `Bearer ${token}` };
  let answer;
  try {
    answer = await fetch(`/tablet/${path}`, { ...options, headers, credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) {
      const told = await answer.json();
      online(answer.ok);
      if (answer.status === 401) forget();
      return answer.ok ? told : { refused: told.message };
    }
  } catch { /* told below */ }
  offline();
  throw new Unanswered();
}

function online(served) {
  if (!token) return;
  document.body.dataset.mode = "online";
  if (served) at("line-text").textContent = words.online;
}

function offline() {
  document.body.dataset.mode = "offline";
  at("line-text").textContent = words.offline;
}

function forget() {
  localStorage.removeItem(TOKEN);
  token = null;
  leave();
  showPairing(words.revoked);
}

/* The screen */

function tick() {
  const now = new Date(Date.now() + aheadMs);
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  at("clock").textContent = now.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  at("date").textContent = now.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", timeZone: zone });
}

function leave() {
  for (const id of ["word", "who", "when", "late"]) at(id).textContent = "";
  at("result").hidden = true;
  at("idle").hidden = !token;
}

function show(result) {
  clearTimeout(leaving);
  const box = at("result");
  box.className = result.icon;
  box.lang = result.language;
  box.dir = result.direction;
  at("icon").setAttribute("href", `#icon-${result.icon}`);
  for (const id of ["word", "who", "when", "late"]) at(id).textContent = result[id];
  at("idle").hidden = true;
  box.hidden = false;
  leaving = setTimeout(leave, SHOWN_MS);
}

function showNotRecorded() {
  const { lang, dir } = document.documentElement;
  show({ icon: "stop", word: words.notRecorded, who: words.office, when: "", late: "", language: lang, direction: dir });
}

function showPairing(wrong) {
  document.body.dataset.mode = "pairing";
  at("idle").hidden = true;
  at("pairing").hidden = false;
  at("wrong").textContent = wrong;
  at("code").focus();
}

/* Pairing */

async function pair(code) {
  try {
    const answer = await fetch("/tablet/pair", { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });
    const told = await answer.json();
    if (!answer.ok) return token ? begin() : showPairing(told.message);
    token = told.token;
  } catch {
    return showPairing(words.offline);
  }
  localStorage.setItem(TOKEN, token);
  at("code").value = "";
  begin();
}

/* Taps */

async function look() {
  const view = at("view");
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(WIDTH, view.videoWidth);
  canvas.height = Math.round(canvas.width * view.videoHeight / view.videoWidth);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.filter = "grayscale(1)";
  pen.drawImage(view, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
  const told = await ask("frame", { method: "POST", body: picture, headers: { "Content-Type": "image/jpeg", "X-Held": held } });
  remember(told.held);
  if (told.result) show(told.result);
}

/* A code is held until pictures that were looked at show it no more: not seen for want of an
   answer is not gone. */
function remember(seen) {
  if (seen) { held = seen; goneAt = 0; }
  else if (seen === "" && held) {
    goneAt ||= performance.now();
    if (performance.now() - goneAt > HELD_MS) held = "";
  }
}

async function watch() {
  if (watching) return;
  watching = true;
  while (token) {
    try {
      if (at("view").videoWidth && !document.hidden) await look();
    } catch (failed) {
      if (!(failed instanceof Unanswered)) console.error(failed);
    }
    await new Promise((done) => setTimeout(done, APART_MS));
  }
  watching = false;
}

async function takeTyped(value) {
  try {
    const told = await ask("typed", { method: "POST", body: JSON.stringify({ value }), headers: { "Content-Type": "application/json" } });
    if (told.result) show(told.result);
    else if (token) showNotRecorded();
  } catch {
    showNotRecorded();
  }
}

function hear(event) {
  if (!token || event.ctrlKey || event.altKey || event.metaKey) return;
  if (performance.now() - typedAt > TYPING_MS) typed = "";
  typedAt = performance.now();
  if (event.key === "Enter" && typed) { takeTyped(typed); typed = ""; }
  else if (event.key.length === 1) typed += event.key;
}

/* The gateway and the camera */

async function askState() {
  if (!token) return;
  try {
    const told = await ask("state");
    if (!told.zone) return;
    aheadMs = told.now_ms - Date.now();
    zone = told.zone;
    at("place").textContent = `${told.site} · ${told.name}`;
    tick();
  } catch { /* shown as offline; asked again soon */ }
}

/* Opened again when it was taken away: unplugged, or lent to another app. */
async function openCamera() {
  if (!token || document.hidden || at("view").srcObject?.active) return;
  try {
    const wanted = { video: { width: { ideal: 1280 }, facingMode: "user" }, audio: false };
    at("view").srcObject = await navigator.mediaDevices.getUserMedia(wanted);
    await at("view").play();
    document.body.classList.remove("no-camera");
    at("instruction").textContent = instruction;
  } catch {
    document.body.classList.add("no-camera");
    at("instruction").textContent = words.noCamera;
  }
}

function begin() {
  at("pairing").hidden = true;
  at("idle").hidden = false;
  document.body.dataset.mode = "starting";
  askState();
  openCamera().then(watch);
  navigator.wakeLock?.request("screen").catch(() => {});
}

at("pairing").addEventListener("submit", (sent) => { sent.preventDefault(); pair(at("code").value); });
document.addEventListener("keydown", hear);
setInterval(tick, 1000);
setInterval(askState, STATE_MS);
setInterval(openCamera, STATE_MS);
document.addEventListener("visibilitychange", openCamera);
tick();

const code = location.hash.slice(1);
if (code) history.replaceState(null, "", location.pathname);
if (code) pair(code);
else if (token) begin();
else showPairing("");
