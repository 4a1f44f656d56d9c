// Boxes that scroll sideways on a narrow screen get a keyboard stop while they do, and only then.
// The theme asks every box of code at once, so that the whole page must be laid out before anybody scrolls;
// the published site has this instead. Without scripts, browsers that can do it by themselves.
"use strict";
(() => {
  const BOXES =
    "pre, .cell_output > .output, .cell_output .text_html, .pst-scrollable-table-container, .math > .katex-display";
  // What is in a box that waits beyond the screen has no size yet: until it has, the box keeps its stop.
  const waits = (box) => box.firstElementChild?.checkVisibility?.({ contentVisibilityAuto: true }) === false;
  const stop = (box) => {
    if (waits(box) || box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const later = window.requestIdleCallback ?? setTimeout;
  const start = () => {
    const boxes = document.querySelectorAll(BOXES);
    if (document.getElementById("fold")) boxes.forEach((box) => (box.tabIndex = 0));
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => stop(entry.target)));
    boxes.forEach((box) => observer.observe(box));
    const ask = ({ target }) => boxes.forEach((box) => target.contains(box) && stop(box));
    document.addEventListener("contentvisibilityautostatechange", ask, true);
    // A font that comes late makes what is in a box grow, and not the box.
    document.fonts.addEventListener("loadingdone", () => later(() => boxes.forEach(stop)));
  };
  // It can wait until nothing else is to do.
  addEventListener("load", () => later(start));
})();
