// In the browser: bring the stills of a page to life, and know which of them are on the screen.
import { build } from "./stage.js";

const REDUCED = "(prefers-reduced-motion: reduce)";
const DURATION = 400; // ms
const NEAR = "200% 0px"; // two screens ahead

/** Bring every still called `name` to life: before it can be seen, or when somebody begins to use the keyboard. */
export function start(name, spec) {
  for (const root of document.querySelectorAll(`[data-xp="${name}"]`)) whenNear(root, () => enliven(root, name, spec));
}

function whenNear(root, work) {
  const nears = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && now(), {
    rootMargin: NEAR,
  });
  const now = () => {
    nears.disconnect();
    removeEventListener("keydown", now, true);
    work();
  };
  nears.observe(root);
  addEventListener("keydown", now, true); // the way to a control that is not there yet is no way
}

function enliven(root, name, spec) {
  const spans = [...root.querySelectorAll("[data-xp-word]")];
  const words = Object.fromEntries(spans.map((span) => [span.dataset.xpWord, span.textContent]));
  const language = document.documentElement.lang || "en";
  const stage = build(root.querySelector(".xp-stage"), spec, { name, words, language });
  root.dataset.xpState = "ready";
  stage.isOn = () => root.dataset.xpState === "on";
  stage.glide = (change) => glide(stage, change);
  new IntersectionObserver(([entry]) => {
    root.dataset.xpState = entry.isIntersecting ? "on" : "off";
  }).observe(root);
}

/** Move the numbers of the state to their new values: at once where nobody looks or motion is unwanted. */
function glide(stage, change) {
  cancelAnimationFrame(stage.moving);
  if (!stage.isOn() || matchMedia(REDUCED).matches) return stage.set(change);
  const from = stage.state;
  const begin = performance.now();
  const step = (now) => {
    const share = Math.min((now - begin) / DURATION, 1);
    const eased = share * share * (3 - 2 * share);
    const at = Object.entries(change).map(([key, to]) => [key, between(from[key], to, eased)]);
    stage.set(share < 1 ? Object.fromEntries(at) : change);
    if (share < 1) stage.moving = requestAnimationFrame(step);
  };
  stage.moving = requestAnimationFrame(step);
}

function between(from, to, share) {
  if (Array.isArray(to)) return to.map((end, i) => between(from[i], end, share));
  return typeof to === "number" ? from + (to - from) * share : to;
}
