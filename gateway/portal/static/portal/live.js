// Keeps a page current: when the gateway says that something changed, the same page is
// fetched again and its regions (data-region) are swapped. Without this script the page
// works by being reloaded.
"use strict";

const SETTLE_MS = 1000;   // at most one fetch in this time, however much changes
const PATIENCE = 4;       // and a page that takes long is asked for more seldom
const TYPING_MS = 250;    // a filter is sent when typing pauses

const frame = document.querySelector("[data-live]");
const sign = document.querySelector("[data-live-sign]");
let fetching = false;
let wanted = false;

function isBeingEdited(region) {
  if (region.dataset.held) return true;
  const active = document.activeElement;
  if (!active || !region.contains(active)) return false;
  return active.matches("input, select, textarea") || region.querySelector("details[open]") !== null;
}

function swap(fresh) {
  for (const region of document.querySelectorAll("[data-region]")) {
    const name = region.dataset.region;
    const other = fresh.querySelector(`[data-region="${CSS.escape(name)}"]`);
    if (!other || other.innerHTML === region.innerHTML || isBeingEdited(region)) continue;
    const held = region.contains(document.activeElement) ? document.activeElement.id : "";
    region.innerHTML = other.innerHTML;
    if (held) document.getElementById(held)?.focus();
  }
}

async function refresh(address = location.href) {
  if (fetching) { wanted = true; return; }
  fetching = true;
  const asked = performance.now();
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Refresh": "1" } });
    if (answer.redirected && new URL(answer.url).pathname === "/login") { location.reload(); return; }
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The network is away; the stream's own reconnect brings the next refresh.
  } finally {
    setTimeout(() => {
      fetching = false;
      if (wanted) { wanted = false; refresh(); }
    }, Math.max(SETTLE_MS, PATIENCE * (performance.now() - asked)));
  }
}

function showConnected(on) {
  if (!sign) return;
  sign.classList.toggle("on", on);
  sign.textContent = on ? sign.dataset.on : sign.dataset.off;
}

function listen(address) {
  const stream = new EventSource(address, { withCredentials: true });
  stream.addEventListener("hello", () => { showConnected(true); refresh(); });
  stream.addEventListener("changed", () => { if (!document.hidden) refresh(); else wanted = true; });
  stream.addEventListener("error", () => showConnected(false));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wanted) { wanted = false; refresh(); }
  });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
}

function filterAsTyped(form) {
  let pause;
  const send = () => {
    const address = new URL(form.action || location.href);
    address.search = new URLSearchParams(new FormData(form)).toString();
    history.replaceState(null, "", address);
    fetching = false;
    refresh(address.href);
  };
  form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(send, TYPING_MS); });
  form.addEventListener("submit", (sent) => { sent.preventDefault(); clearTimeout(pause); send(); });
}

for (const choice of document.querySelectorAll("select[data-go]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-filter]")) filterAsTyped(form);
if (frame?.dataset.live) listen(frame.dataset.live);
