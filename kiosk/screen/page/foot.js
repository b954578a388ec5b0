/* The foot: the last results, and one calm line of state. */

import { at, icon, put } from "./page.js";

function item(each) {
  const made = document.createElement("li");
  const who = document.createElement("bdi");
  made.className = each.icon;
  who.textContent = each.who;
  made.append(icon(each.icon), who, each.text);
  return made;
}

export function showEarlier(earlier) {
  at("earlier").replaceChildren(...earlier.map(item));
}

export function showLine(kind, text, note) {
  at("line").className = kind === "stop" ? "line-stop" : kind;
  put("line-text", text);
  put("note", note);
}
