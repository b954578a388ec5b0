/* What every part of the page uses. */

export const at = (id) => document.getElementById(id);

export function put(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

export function list(children) {
  return children.map((each) => {
    const item = document.createElement("li");
    item.append(each);
    return item;
  });
}

/* What the kiosk answers; null when it does not answer, or refuses. */
export async function ask(path, query = {}) {
  return answer(fetch(`${path}?${new URLSearchParams(query)}`));
}

export async function act(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answer(request) {
  try {
    const answered = await request;
    return answered.ok ? await answered.json() : null;
  } catch {
    return null;
  }
}
