// Keeps the code fresh, and hides it once it does not hold any more.
"use strict";

const page = document.querySelector("[data-again-s]");
const code = page.querySelector("[data-code]");
const off = page.querySelector("[data-off]");
let holdsUntil = performance.now() + Number(code.dataset.holdsMs);

function showWhetherItHolds() {
  const over = performance.now() > holdsUntil;
  code.classList.toggle("over", over);
  off.hidden = !over;
}

async function next() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status === 404) { location.reload(); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-code]");
    code.replaceChildren(...fresh.childNodes);
    holdsUntil = performance.now() + Number(fresh.dataset.holdsMs);
  } catch {
    // The phone is offline; the next try is due soon, and until then what holds is shown.
  } finally {
    showWhetherItHolds();
  }
}

setInterval(next, Number(page.dataset.againS) * 1000);
setInterval(showWhetherItHolds, 500);
addEventListener("online", next);
document.addEventListener("visibilitychange", () => { if (!document.hidden) next(); });
