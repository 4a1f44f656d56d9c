// The place where an explorable is drawn, in the browser and, for its still, when the book is built.
import { select } from "d3-selection";
import { compare, numberFormat, preciseFormat, speaker } from "./words.js";
import { WIDTH } from "./plot.js";

const ANNOUNCE_AFTER = 500; // ms of quiet: a screen reader need not hear every step of a drag
const ALWAYS = ["alt"];

/** Draw the explorable into `container`, in place of what is there. Returns the stage that it acts on. */
export function build(container, spec, { name, words, language = "en" }) {
  const known = new Set([...ALWAYS, ...spec.words, ...spec.controls.flatMap((control) => control.words)]);
  compare(words, known);
  const stage = { name, state: spec.start, say: speaker(words, known) };
  Object.assign(stage, { number: numberFormat(language), precise: preciseFormat(language) });
  const box = select(container);
  box.selectAll("*").remove();
  const svg = box.append("svg").attr("class", "xp-figure").attr("role", "img");
  svg.attr("viewBox", `0 0 ${WIDTH} ${spec.height ?? 230}`).attr("aria-label", stage.say("alt"));
  stage.svg = svg.node();
  const controls = box.append("div").attr("class", "xp-controls");
  const reading = box.append("p").attr("class", "xp-reading");
  const status = box.append("p").attr("class", "xp-status").attr("role", "status");
  stage.announce = later((text) => status.text(text));

  const parts = [];
  const show = () => {
    for (const update of parts) update(stage.state);
    reading.text(spec.reading(stage.state, stage));
  };
  stage.set = (change) => {
    stage.state = { ...stage.state, ...change };
    show();
    stage.announce(reading.text());
  };
  parts.push(spec.draw(svg, stage), ...spec.controls.map((control) => control.build(controls, stage)));
  show();
  return stage;
}

function later(act) {
  let waiting;
  return (value) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => act(value), ANNOUNCE_AFTER);
  };
}
