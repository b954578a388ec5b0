/* PIN and name for those who have nothing to show. Only open while a hand is at it. */

import { act, ask, at, button, list, put } from "./page.js";

const LEFT_ALONE_MS = 20000;
const ALPHABETS = { latin: "abcdefghijklmnopqrstuvwxyz", arabic: "ابتثجحخدذرزسشصضطظعغفقكلمنهويءة" };
let texts = null;
let open = "";
let typed = "";
let alphabet = "latin";
let asking = 0;
let closing = 0;
let turn = () => {};

function stay() {
  clearTimeout(closing);
  closing = setTimeout(close, LEFT_ALONE_MS);
}

function close() {
  if (!open) return;
  clear();
  turn();
}

function clear() {
  clearTimeout(closing);
  open = typed = "";
  asking += 1;
  for (const id of ["pin", "names"]) at(id).hidden = true;
  for (const id of ["pin-dots", "pin-note", "names-note"]) put(id, "");
  at("found").replaceChildren();
  at("letters").value = "";
}

function begin(which) {
  clear();
  open = which;
  if (which === "names") useAlphabet(document.documentElement.dir === "rtl" ? "arabic" : "latin");
  stay();
  turn();
  at(which).querySelector("button").focus();
}

/* The PIN pad. */

async function pressDigit(digit) {
  stay();
  if (typed.length >= texts.digits) return;
  put("pin-note", "");
  typed += digit;
  showDots();
  if (typed.length < texts.digits) return;
  const mine = ++asking;
  const told = await act("/pin", { pin: typed });
  if (mine !== asking) return;
  if (told && !told.text) return close();
  typed = "";
  showDots();
  put("pin-note", told ? told.text : texts.failed);
}

function eraseDigit() {
  stay();
  if (typed.length >= texts.digits) return;
  typed = typed.slice(0, -1);
  showDots();
}

function showDots() {
  put("pin-dots", "●".repeat(typed.length) + "○".repeat(texts.digits - typed.length));
}

/* Names. */

async function search() {
  stay();
  const mine = ++asking;
  const told = await ask("/names", { letters: at("letters").value });
  if (mine !== asking || open !== "names") return;
  at("found").replaceChildren(...list((told ? told.people : []).map(nameButton)));
  put("names-note", told ? told.text : texts.failed);
}

function nameButton(each) {
  const made = button("", () => choose(each.person));
  const name = document.createElement("bdi");
  name.textContent = each.name;
  made.append(name);
  if (each.group) {
    const group = document.createElement("small");
    group.textContent = each.group;
    made.append(group);
  }
  return made;
}

async function choose(person) {
  const told = await act("/name", { person });
  if (told) close();
  else put("names-note", texts.failed);
}

function type(letter) {
  at("letters").value += letter;
  search();
}

function eraseLetter() {
  at("letters").value = Array.from(at("letters").value).slice(0, -1).join("");
  search();
}

function useAlphabet(which) {
  alphabet = which;
  const other = which === "latin" ? "arabic" : "latin";
  const letters = Array.from(ALPHABETS[which], (each) => button(each, () => type(each)));
  const swap = button(other === "latin" ? "abc" : "أبج", () => useAlphabet(other));
  swap.lang = other === "latin" ? "en" : "ar";
  const erase = button("⌫", eraseLetter);
  erase.setAttribute("aria-label", texts.erase);
  at("keys").dir = which === "arabic" ? "rtl" : "ltr";
  at("keys").lang = which === "arabic" ? "ar" : "en";
  at("keys").replaceChildren(...letters, swap, erase);
}

/* What the page asks of this script. */

export function hear(told) {
  texts = told.touch;
  at("touch").hidden = !texts;
  if (!texts || !texts[open]) clear();
  if (!texts) return;
  for (const which of ["pin", "names"]) {
    at(`open-${which}`).hidden = !texts[which];
    put(`open-${which}`, texts[which]);
    put(`${which}-heading`, texts[`${which}_heading`]);
    put(`close-${which}`, texts.close);
  }
  at("letters").placeholder = texts.names_heading;
  at("pin-erase").setAttribute("aria-label", texts.erase);
}

export function wanted() {
  return open;
}

export function show() {
  at(open).hidden = false;
  if (open === "pin") showDots();
}

export function leave() {
  clear();
}

export function start(back) {
  turn = back;
  for (const which of ["pin", "names"]) {
    at(`open-${which}`).addEventListener("click", () => begin(which));
    at(`close-${which}`).addEventListener("click", close);
  }
  for (const each of "123456789") at("digits").append(button(each, () => pressDigit(each)));
  at("digits").append(at("pin-erase"), button("0", () => pressDigit("0")));
  at("pin-erase").addEventListener("click", eraseDigit);
  at("letters").addEventListener("input", search);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (open === "pin" && /^[0-9]$/.test(event.key)) pressDigit(event.key);
    if (open === "pin" && event.key === "Backspace") eraseDigit();
  });
}
