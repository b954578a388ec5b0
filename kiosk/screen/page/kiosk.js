"use strict";
/* Puts up what the kiosk tells. All words come from the kiosk; nothing is decided here. */

const at = (id) => document.getElementById(id);
const ALIVE_MS = 12000;
let aheadMs = 0;
let zone = "UTC";
let shownNumber = 0;
let leaving = 0;
let silence = 0;
let picture = null;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function put(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function tick() {
  const now = new Date(Date.now() + aheadMs);
  const language = document.documentElement.lang;
  const spoken = language === "en" ? "en-GB" : language;
  put("clock", now.toLocaleTimeString(spoken, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }));
  put("date", now.toLocaleDateString(spoken, { weekday: "long", day: "numeric", month: "long", timeZone: zone }));
}

function leave() {
  for (const id of ["word", "who", "when", "late"]) put(id, "");
  at("result").hidden = true;
  at("idle").hidden = false;
}

function showResult(result) {
  clearTimeout(leaving);
  if (!result) return leave();
  const box = at("result");
  box.className = result.icon;
  box.lang = result.language;
  box.dir = result.direction;
  box.dataset.number = result.number;
  at("icon").setAttribute("href", `#icon-${result.icon}`);
  for (const id of ["word", "who", "when", "late"]) put(id, result[id]);
  at("idle").hidden = true;
  box.hidden = false;
  leaving = setTimeout(leave, result.leaves_in_ms);
}

function showEarlier(earlier) {
  at("earlier").replaceChildren(...earlier.map((each) => {
    const item = document.createElement("li");
    item.className = each.icon;
    const who = document.createElement("bdi");
    who.textContent = each.who;
    item.append(icon(each.icon), who, each.text);
    return item;
  }));
}

function showLine(kind, text, note) {
  at("line").className = kind === "stop" ? "line-stop" : kind;
  put("line-text", text);
  put("note", note);
}

function show(told) {
  picture = told;
  document.documentElement.lang = told.language;
  document.documentElement.dir = told.direction;
  document.title = told.title;
  aheadMs = told.now_ms - Date.now();
  zone = told.zone;
  put("title", told.title);
  put("instruction", told.instruction);
  showResult(told.result);
  showEarlier(told.earlier);
  showLine(told.line, told.line_text, told.clock_note);
  if (told.tray && at("tray-button").hidden) openTray();
  tick();
  clearTimeout(silence);
  silence = setTimeout(goSilent, ALIVE_MS);
}

function goSilent() {
  leave();
  showEarlier([]);
  showLine("offline", picture ? picture.waiting_text : "…", "");
}

/* The tray: there only where the hardware is simulated. */

function tap(card) {
  fetch("/tap", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ card }) });
}

function unknownCard() {
  const octets = crypto.getRandomValues(new Uint8Array(7));
  return Array.from(octets, (each) => each.toString(16).padStart(2, "0")).join("").toUpperCase();
}

async function fillTray() {
  const answer = await fetch(`/tray?search=${encodeURIComponent(at("search").value)}`);
  const cards = await answer.json();
  at("cards").replaceChildren(...cards.map((each) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = each.name;
    button.dataset.card = each.card;
    button.addEventListener("click", () => tap(each.card));
    item.append(button);
    return item;
  }));
}

function toggleTray() {
  const open = at("tray").hidden;
  at("tray").hidden = !open;
  document.body.classList.toggle("with-tray", open);
  at("tray-button").setAttribute("aria-expanded", String(open));
  if (open) fillTray();
}

function openTray() {
  at("tray-button").hidden = false;
  at("tray-button").addEventListener("click", toggleTray);
  at("search").addEventListener("input", fillTray);
  at("unknown").addEventListener("click", () => tap(unknownCard()));
  toggleTray();
  setInterval(() => { if (!at("tray").hidden && !at("cards").children.length) fillTray(); }, 3000);
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

listen();
setInterval(tick, 1000);
tick();
