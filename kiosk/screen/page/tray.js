/* The tray: there only where the hardware is simulated. */

import { act, ask, at, button, list } from "./page.js";

function tap(card) {
  act("/tap", { card });
}

function badgeButton(each) {
  const made = button("QR", () => act("/tap", { qr: each.badge }));
  made.setAttribute("aria-label", `Badge of ${each.name}`);
  made.title = "Badge";
  return made;
}

function unknownCard() {
  const octets = crypto.getRandomValues(new Uint8Array(7));
  return Array.from(octets, (each) => each.toString(16).padStart(2, "0")).join("").toUpperCase();
}

function cardButton(each) {
  const made = button(each.name, () => tap(each.card));
  made.dataset.card = each.card;
  return made;
}

function held(each) {
  const both = document.createElement("span");
  both.append(cardButton(each));
  if (each.badge) both.append(badgeButton(each));
  return both;
}

async function fill() {
  const cards = await ask("/tray", { search: at("search").value });
  if (cards) at("cards").replaceChildren(...list(cards.map(held)));
}

function toggle() {
  const open = at("tray").hidden;
  at("tray").hidden = !open;
  document.body.classList.toggle("with-tray", open);
  at("tray-button").setAttribute("aria-expanded", String(open));
  if (open) fill();
}

export function open() {
  if (!at("tray-button").hidden) return;
  at("tray-button").hidden = false;
  at("tray-button").addEventListener("click", toggle);
  at("search").addEventListener("input", fill);
  at("unknown").addEventListener("click", () => tap(unknownCard()));
  toggle();
  setInterval(() => { if (!at("tray").hidden && !at("cards").children.length) fill(); }, 3000);
}
