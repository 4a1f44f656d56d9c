// Boxes that scroll sideways on a narrow screen get a keyboard stop while they do, and only then.
// The theme asks every box of code at once, so that the whole page must be laid out before anybody scrolls;
// the published site has this instead. Without scripts, browsers that can do it by themselves.
"use strict";
(() => {
  const BOXES =
    "pre, .cell_output > .output, .cell_output .text_html, .pst-scrollable-table-container, .math > .katex-display";
  const stop = (box) => {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  document.addEventListener("DOMContentLoaded", () => {
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => stop(entry.target)));
    document.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  });
})();
