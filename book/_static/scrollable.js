// Boxes that scroll sideways on a narrow screen get a keyboard stop while they do, and only then.
// (The theme does the same for code. Without scripts, browsers that can do it by themselves.)
"use strict";
(() => {
  const BOXES = ".pst-scrollable-table-container, .math > .katex-display, .cell_output .text_html";
  const stop = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  document.addEventListener("DOMContentLoaded", () => {
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => stop(entry.target)));
    document.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  });
})();
