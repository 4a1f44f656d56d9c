// What a pointer or a finger drags. The keyboard has the range input that sets the same.
import { drag } from "d3-drag";

const REACH = 22; // a finger's

/**
 * A grip in the layer; returns (x, y) => void, which moves it.
 *
 * move : (x, y, state) => what to set when it is dragged to the point x, y of the figure.
 * key  : the word of the control that sets the same: it takes the keyboard when the grip is taken.
 */
export function grip(layer, stage, { move, key }) {
  const group = layer.append("g").attr("class", "xp-grip");
  group.append("circle").attr("class", "xp-reach").attr("r", REACH);
  group.append("circle").attr("class", "xp-knob").attr("r", 7);
  const pull = drag()
    .container(() => stage.svg)
    .subject(({ x, y }) => ({ x, y })) // the grip jumps to the pointer, and stays below it
    .on("start", () => document.getElementById(`xp-${stage.name}-${key}`)?.focus({ preventScroll: true }))
    .on("drag", (event) => stage.set(move(event.x, event.y, stage.state)));
  group.call(pull);
  return (x, y) => group.attr("transform", `translate(${x},${y})`);
}
