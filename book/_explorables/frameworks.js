// The double softmax: a row of three logits, trained with softmax once and twice, from wherever you start it.
import { frame, grip, legend, line, slider } from "#xp";
import { descent, fadedSlopes } from "./math/frameworks.js";
import { slopes } from "./math/softmax.js";

const STEPS = 200;
const ENDS = { min: -4, max: 10 }; // of the wrong class's lead
const LOOKS = { once: "xp-blue", twice: "xp-orange xp-dashed" };

export const words = ["x", "y", "once", "twice", "reading"];
export const start = { lead: 5, step: 50 };
export const height = 250;

export const controls = [slider("lead", ENDS), slider("step", { min: 0, max: STEPS, whole: true })];

const row = (lead) => [0, lead, 0]; // the label is the first

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [-8, STEPS], label: "x", values: [0, 50, 100, 150, 200] },
    y: { domain: [0, 10], label: "y", values: [0, 2, 4, 6, 8, 10] },
    height,
  });
  legend(svg, 110, 14, LOOKS.once, stage.say("once"));
  legend(svg, 232, 14, LOOKS.twice, stage.say("twice"));
  const now = plot.layer.append("line").attr("class", "xp-line xp-faint xp-dotted");
  now.attr("y1", plot.y(0)).attr("y2", plot.y(10));
  const path = line((_, step) => plot.x(step), (loss) => plot.y(loss));
  const runs = Object.entries(LOOKS).map(([which, look]) => {
    const run = plot.layer.append("path").attr("class", `xp-line ${look}`);
    const dot = plot.layer.append("circle").attr("class", `xp-solid ${look}`).attr("r", 4);
    return { which, run, dot };
  });
  const begin = grip(plot.layer, stage, { key: "lead", move: (_, py) => ({ lead: leadOf(plot.y.invert(py)) }) });
  return ({ lead, step }) => {
    for (const { which, run, dot } of runs) {
      const losses = descent(which, row(lead), 0, STEPS);
      run.attr("d", path(losses));
      dot.attr("cx", plot.x(step)).attr("cy", plot.y(losses[step]));
    }
    now.attr("x1", plot.x(step)).attr("x2", plot.x(step));
    begin(plot.x(0), plot.y(descent("once", row(lead), 0, 0)[0]));
  };
}

/** The lead of the wrong class at which the loss, log(2 + e^lead), is this. */
function leadOf(loss) {
  const room = Math.exp(loss) - 2;
  return room > 0 ? Math.min(Math.max(Math.log(room), ENDS.min), ENDS.max) : ENDS.min;
}

export function reading({ lead, step }, { say, number }) {
  const pulls = [slopes(row(lead), 0)[0], fadedSlopes(row(lead), 0)[0]].map((slope) => number(-slope, 4));
  const [once, twice] = ["once", "twice"].map((which) => number(descent(which, row(lead), 0, step)[step], 3));
  return say("reading", { pull: pulls[0], faded: pulls[1], n: number(step, 0), once, twice });
}
