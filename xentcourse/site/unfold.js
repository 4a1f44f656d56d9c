// A chapter has some fifty thousand boxes, most of them in formulas. Laid out at once they hold up a phone for
// seconds. So blocks beyond the screen wait until somebody scrolls near them. Who jumps or searches gets the whole
// page first, so that every jump lands where it should; paper never waits.
// `xentcourse publish` puts this script into the head: it must run before there is anything to lay out.
"use strict";
(() => {
  // From the second section on, and in the first behind its beginning, so that none is in view at first: a browser
  // shows it a frame too late. None within another or within a box that scrolls, for the same reason; and only those
  // whose outer size stays when they are contained. tests/browser/test_unfold.py checks it. No whole sections: who has
  // something in one scrolled into view, as screen readers do, would land where the section's wrong size puts it.
  const WITHIN = "figcaption *, td *, th *, .proof *, .admonition *, .question *, dl.py *, .cell_output *";
  const BLOCK =
    ":is(p, dt, dl.py, div.math, .proof, .admonition, " +
    `.pst-scrollable-table-container, [class^="highlight-"]):not(${WITHIN})`;
  const FIRST = `.bd-article > section > section:first-of-type > :nth-child(n + ${Math.ceil(innerHeight / 180)})`;
  const BLOCKS = `.bd-article section ~ section ${BLOCK}, ${FIRST}${BLOCK}`;
  const TERMS = ".bd-article dl.glossary > :nth-child(n + 25)";
  const waiting = (what, size) => `${what} { content-visibility: auto; contain-intrinsic-block-size: auto ${size}; }`;
  const FAR = 2; // screens, from one frame to the next
  const [visit] = performance.getEntriesByType("navigation");
  // Who comes back, or follows a link into the page, lands at once. `name` keeps text fragments, which `hash` lacks.
  const lands = visit?.type !== "navigate" || /#./.test(visit.name + location.hash);
  // Without scroll anchoring, what is in view would move when a block above it gets its size.
  if (lands || !["content-visibility", "overflow-anchor"].every((name) => CSS.supports(name, "auto"))) return;

  const root = document.documentElement;
  const fold = document.createElement("style");
  fold.id = "fold";
  fold.media = "screen";
  fold.textContent = waiting(BLOCKS, "6rem") + waiting(TERMS, "3rem");
  document.head.append(fold);

  // So much gets its size at once that the browser would lose its place.
  const unfold = () => {
    if (!fold.isConnected) return;
    const seen = scrollY ? document.elementFromPoint(innerWidth / 2, innerHeight / 3) : root;
    const top = seen?.getBoundingClientRect().top;
    root.style.overflowAnchor = "none";
    fold.remove();
    if (seen) scrollBy({ top: seen.getBoundingClientRect().top - top, behavior: "instant" });
    requestAnimationFrame(() => (root.style.overflowAnchor = ""));
  };

  for (const jump of ["keydown", "hashchange", "beforeprint"]) addEventListener(jump, unfold, true);
  addEventListener("click", (event) => event.target.closest?.("a[href^='#']") && unfold(), true);
  window.navigation?.addEventListener("navigate", (event) => event.hashChange && unfold());
  // Who drags the scroll bar passes blocks that never got a size: the place would be another one when they come back.
  let last = 0;
  addEventListener("scroll", () => {
    if (Math.abs(scrollY - last) > FAR * innerHeight) unfold();
    last = scrollY;
  });
})();
