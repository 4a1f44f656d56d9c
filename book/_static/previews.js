// Point at a link inside the course, or reach it by keyboard, and a card shows what it leads to. The cards of a
// page are a script of their own (xentcourse/site/previews.py), loaded when the first link to it is pointed at.
// Escape closes a card, the pointer may move onto it, and it stays until both are left (WCAG 1.4.13).
// A finger's tap follows the link, as ever.
"use strict";
(() => {
  const LINKS = "article a.reference.internal[href]:not(.download)";
  const DELAY = 300; // ms; long enough to cross a link on the way elsewhere, or the gap to the card
  const GAP = 6; // px between link and card, and between card and window
  if (!("popover" in HTMLElement.prototype)) return;

  const known = {};
  window.xentcoursePreviews = (page, found) => (known[page] = found);

  const asked = new Map();
  const load = (page) => {
    const loading = (done) => {
      const script = document.createElement("script");
      script.src = `${document.documentElement.dataset.content_root ?? ""}_static/previews/${page}.js`;
      script.onload = script.onerror = () => done(known[page] ?? {});
      document.head.append(script);
    };
    if (!asked.has(page)) asked.set(page, new Promise(loading));
    return asked.get(page);
  };

  const read = async (link) => {
    const page = link.pathname.split("/").pop().replace(/\.html$/, "") || "index";
    return (await load(page))[decodeURIComponent(link.hash.slice(1))];
  };

  let card, shown, dismissed, opening, closing;
  const held = (link) => link.matches(":hover, :focus-visible") || (link === shown && card.matches(":hover"));

  const make = () => {
    // For the eye only: a screen reader's user follows the link, and hears no page of text at each.
    card = Object.assign(document.createElement("div"), { className: "preview-card", popover: "manual", tabIndex: -1 });
    card.setAttribute("aria-hidden", "true");
    document.querySelector("article").append(card);
  };

  const close = () => {
    if (shown) card.hidePopover();
    shown = undefined;
  };

  /** Below the link, or above it where there is more room. */
  const place = () => {
    if (!shown) return;
    const link = shown.getBoundingClientRect();
    const [wide, high] = [document.documentElement.clientWidth, innerHeight];
    if (link.bottom < 0 || link.top > high) return close();
    const below = high - link.bottom;
    const above = below < card.offsetHeight + 2 * GAP && link.top > below;
    card.style.left = `${Math.max(GAP, Math.min(link.left, wide - card.offsetWidth - GAP))}px`;
    card.style.top = `${above ? Math.max(GAP, link.top - GAP - card.offsetHeight) : link.bottom + GAP}px`;
  };

  const open = async (link) => {
    if (link === shown || link === dismissed || !held(link)) return;
    const html = await read(link);
    if (!html || !held(link)) return;
    if (!card) make();
    close();
    card.innerHTML = html;
    card.showPopover();
    card.scrollTop = 0;
    shown = link;
    place();
  };

  const leave = () => {
    clearTimeout(closing);
    closing = setTimeout(() => shown && !held(shown) && close(), DELAY);
  };
  // Each asks when its time has come what is pointed at then: crossing a gap or another link changes nothing.
  const turn = (target) => {
    const link = target instanceof Element ? target.closest(LINKS) : null;
    if (link !== dismissed) dismissed = undefined;
    leave();
    if (!link) return;
    clearTimeout(opening);
    opening = setTimeout(open, DELAY, link);
  };
  const dismiss = () => {
    clearTimeout(opening);
    dismissed = shown;
    close();
  };

  document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && turn(event.target));
  document.documentElement.addEventListener("pointerleave", leave);
  document.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && turn(event.target));
  document.addEventListener("focusout", leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && shown && dismiss());
  document.addEventListener("click", (event) => card?.contains(event.target) || dismiss());
  addEventListener("scroll", place, { passive: true });
  addEventListener("resize", place);
})();
