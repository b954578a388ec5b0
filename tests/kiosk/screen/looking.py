"""What can be wrong with a page that is looked at: things cut off, things on one another."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TEXTS = "main :is(p, h2, button, input, bdi, figcaption, dd), #line, #earlier"
_MISPLACED = """(selector) => {
  const boxOf = (each) => each.getBoundingClientRect();
  const isSeen = (each) => boxOf(each).width > 1 && boxOf(each).height > 1;
  const name = (each) => `${each.tagName}#${each.id} ${each.textContent.slice(0, 20)}`;
  const all = [...document.querySelectorAll('main *, footer, footer > *')].filter(isSeen);
  const texts = [...document.querySelectorAll(selector)]
    .filter((each) => isSeen(each) && !each.querySelector('button, p'));
  const root = document.documentElement, found = [];
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) found.push('it scrolls');
  for (const each of all) {
    const box = boxOf(each);
    if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1)
      found.push(`${name(each)} reaches out of the window`);
  }
  const foot = boxOf(document.querySelector('footer'));
  for (const each of texts) {
    const one = boxOf(each);
    if (!each.closest('footer') && one.bottom > foot.top + 1) found.push(`${name(each)}: on foot`);
    for (const other of texts) {
      if (each === other || each.contains(other) || other.contains(each)) continue;
      const two = boxOf(other);
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (wide > 2 && high > 2) found.push(`${name(each)} lies on ${name(other)}`);
    }
  }
  return found;
}"""


def misplaced(page: Page) -> list[str]:
    """Whatever is outside the window, scrolled, or on something else."""
    found: list[str] = page.evaluate(_MISPLACED, _TEXTS)
    return found


def violations(page: Page) -> list[str]:
    """What axe finds, with contrast as it is asked of kiosks: 7 to 1."""
    options = {"rules": {"color-contrast-enhanced": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]
