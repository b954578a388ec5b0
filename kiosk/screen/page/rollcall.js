/* The roll call of an evacuation: everybody on site, to be ticked safe. Names are fetched only
while it is on. Rows never move under a finger: lines come and go when the screen is left alone. */

import { act, ask, at, button, icon, put } from "./page.js";

const QUIET_MS = 2000;
const ALL = "";
let texts = null;
let people = [];
let rows = new Map();
let shown = -1;
let asking = false;
let filter = { state: "to_find", group: ALL, letter: ALL };
let kept = new Set();
let touchedAt = -QUIET_MS;
let later = 0;

const letterOf = (name) => (Array.from(name)[0] || "").toLocaleUpperCase();

function matches(each) {
  const state = filter.state === "everybody" || kept.has(each.person)
    || each.safe === (filter.state === "safe");
  const group = filter.group === ALL || each.group === filter.group;
  return state && group && (filter.letter === ALL || letterOf(each.name) === filter.letter);
}

/* Filters. */

function choose(change) {
  filter = { ...filter, ...change };
  kept = new Set();
  drawFilters();
  drawList();
  at("roll-list").scrollTop = 0;
}

function chip(text, change) {
  const made = button(text, () => choose(change));
  const [[name, value]] = Object.entries(change);
  made.setAttribute("aria-pressed", filter[name] === value);
  return made;
}

function drawFilters() {
  const of = (pick) => [...new Set(people.map(pick))];
  const states = ["to_find", "safe", "everybody"].map((each) => chip(texts[each], { state: each }));
  const groups = of((each) => each.group).map((each) => chip(each, { group: each }));
  const letters = of((each) => letterOf(each.name)).sort((a, b) => a.localeCompare(b));
  at("roll-groups").replaceChildren(...states, chip(texts.groups, { group: ALL }), ...groups);
  at("roll-letters").replaceChildren(
    chip("∗", { letter: ALL }), ...letters.map((each) => chip(each, { letter: each })));
  at("roll-letters").firstChild.setAttribute("aria-label", texts.everybody);
}

/* The list. */

function row(each) {
  const made = button("", () => tick(each.person));
  const box = document.createElement("span");
  box.className = "box";
  box.append(icon("done"));
  const name = document.createElement("bdi");
  const more = document.createElement("small");
  made.replaceChildren(box, name, more);
  const item = document.createElement("li");
  item.append(made);
  return item;
}

function fill(item, each) {
  const [made, name, more] = [item.firstChild, item.querySelector("bdi"), item.querySelector("small")];
  made.dataset.person = each.person;
  made.setAttribute("aria-pressed", each.safe);
  if (name.textContent !== each.name) name.textContent = each.name;
  const said = each.approximate ? `${each.group} · ${texts.approximate}` : each.group;
  if (more.textContent !== said) more.textContent = said;
}

function drawList() {
  const wanted = people.filter(matches);
  const items = wanted.map((each) => {
    if (!rows.has(each.person)) rows.set(each.person, row(each));
    fill(rows.get(each.person), each);
    return rows.get(each.person);
  });
  const held = at("roll-list").children;
  if (items.length !== held.length || items.some((item, place) => held[place] !== item)) {
    at("roll-list").replaceChildren(...items);
  }
}

/* Refresh what stands there at once; let lines come and go when no finger is near. */
function settle() {
  clearTimeout(later);
  const wait = touchedAt + QUIET_MS - performance.now();
  if (wait > 0) {
    for (const each of people) if (rows.has(each.person)) fill(rows.get(each.person), each);
    later = setTimeout(settle, wait);
    return;
  }
  drawFilters();
  drawList();
}

async function fetchList() {
  if (asking) return;
  asking = true;
  const told = await ask("/rollcall");
  asking = false;
  if (!told || !texts) return;
  shown = told.version;
  people = told.people.map(([person, name, group, safe, approximate]) =>
    ({ person, name, group, safe, approximate }));
  settle();
  if (texts.version > shown) fetchList();
}

async function tick(person) {
  touchedAt = performance.now();
  const each = people.find((one) => one.person === person);
  each.safe = !each.safe;
  kept.add(person);
  fill(rows.get(person), each);
  put("roll-note", "");
  const told = await act("/tick", { person: String(person), safe: each.safe ? "yes" : "no" });
  if (told || !texts) return;
  each.safe = !each.safe;
  fill(rows.get(person), each);
  put("roll-note", texts.failed);
}

function touched() {
  touchedAt = performance.now();
}

/* What the page asks of this script. */

export function show(told) {
  texts = told.panel;
  put("roll-heading", texts.heading);
  put("roll-count", texts.count);
  at("roll-head").classList.toggle("all-found", texts.all_found);
  at("roll-groups").setAttribute("aria-label", texts.groups);
  at("roll-letters").setAttribute("aria-label", texts.letters);
  at("roll-list").setAttribute("aria-label", texts.heading);
  at("rollcall").hidden = false;
  if (texts.version !== shown) fetchList();
}

export function leave() {
  if (!texts) return;
  clearTimeout(later);
  texts = null;
  people = [];
  rows = new Map();
  kept = new Set();
  shown = -1;
  filter = { state: "to_find", group: ALL, letter: ALL };
  for (const id of ["roll-groups", "roll-letters", "roll-list"]) at(id).replaceChildren();
  for (const id of ["roll-heading", "roll-count", "roll-note"]) put(id, "");
  at("rollcall").hidden = true;
}

for (const kind of ["pointerdown", "wheel", "touchmove"]) {
  at("rollcall").addEventListener(kind, touched, { passive: true });
}
