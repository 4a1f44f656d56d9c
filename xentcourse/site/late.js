// The theme's scripts serve the menus, the search and the list of contents, and measure the page as soon as they run:
// all of it would be laid out for them before anything is on the screen. So they run once something is.
// `xentcourse publish` puts this script at the end of pages, and lets the files be fetched beforehand.
"use strict";
(() => {
  // Bootstrap starts at the page's `load` to follow the reader through the list of contents; that is over by now.
  // It measures every section, so not before somebody moves.
  const follow = () => window.bootstrap.ScrollSpy.getOrCreateInstance(document.body);
  const ran = () => (scrollY ? follow() : addEventListener("scroll", follow, { once: true }));
  const run = () => {
    for (const { href } of document.querySelectorAll("link[rel='preload'][as='script']")) {
      const script = document.createElement("script");
      script.src = href;
      script.async = false; // in their order
      script.onload = ran; // not before: a scroll while Bootstrap is on its way would be missed
      document.body.append(script);
    }
  };
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(run)));
})();
