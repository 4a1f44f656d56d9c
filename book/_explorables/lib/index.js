// What an explorable is made of. Each is a file beside this folder that exports
//
//   words    the names of the texts that its page gives it, beside those of its controls
//   start    the state that it opens with; a state is a plain object, replaced and never changed
//   controls sliders, buttons and choices, each named after the word that labels it
//   draw     (svg, stage) => render: draws what stays, and returns what draws a state
//   reading  (state, stage) => text: the state in a sentence
export { button, buttons, choice, slider, toggle, typed } from "./controls.js";
export { grip } from "./grip.js";
export { areaBelow, curve, frame, legend, WIDTH } from "./plot.js";
export { random } from "./random.js";
export { build } from "./stage.js";
export { start } from "./start.js";
export { select } from "d3-selection";
export { scaleLinear, scaleLog } from "d3-scale";
export { area, line } from "d3-shape";
