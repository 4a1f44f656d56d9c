// A chapter has some fifty thousand boxes, most of them in formulas. Laid out at once they hold up a phone for
// seconds. So blocks beyond the screen wait until somebody scrolls near them. Who jumps or searches gets the whole
// page first, so that every jump lands where it should; paper never waits.
// `xentcourse publish` puts this script into the head: it must run before there is anything to lay out.
"use strict";
(() => {
  // None is in view at first, and none within another: a browser shows such a one a frame too late. Sections from the
  // second on; of the first, its sections from the second on, and blocks behind its beginning; terms of the glossary.
  // Only what keeps its outer size when it is contained: tests/browser/test_unfold.py checks it, and course.css keeps
  // margins within.
  const FIRST = ".bd-article > section > section:first-of-type";
  const SECTIONS = `.bd-article > section > section ~ section, ${FIRST} > section ~ section`;
  const BLOCKS =
    `${FIRST} > :nth-child(n + ${Math.ceil(innerHeight / 180)})` +
    ":is(p, div.math, .proof, .admonition, .pst-scrollable-table-container)";
  const TERMS = ".bd-article dl.glossary > :nth-child(n + 25)";
  const waiting = (what, size) =>
    `${what} { content-visibility: auto; contain-intrinsic-block-size: auto ${size}; overflow-clip-margin: 2rem; }`;
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
  fold.textContent = waiting(SECTIONS, "200rem") + waiting(BLOCKS, "6rem") + waiting(TERMS, "3rem");
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
