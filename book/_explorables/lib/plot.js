// Axes, curves and areas. The figure is as wide as a phone, and its text grows less than it does (see the CSS).
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";

export const WIDTH = 360;

/**
 * A frame with axes: x and y are {domain, label, ticks, format, scale}, where `label` names a word.
 * Returns the scales, and the layer to draw in.
 */
export function frame(svg, stage, { x, y, height = 230, top = 24, bottom = 42, left = 38, right = 12, from = 0 }) {
  const across = (x.scale ?? scaleLinear()).domain(x.domain).range([left, WIDTH - right]);
  const up = (y.scale ?? scaleLinear()).domain(y.domain).range([from + height - bottom, from + top]);
  const horizontal = axisBottom(across).ticks(x.ticks ?? 5, x.format).tickSizeOuter(0);
  const vertical = axisLeft(up).ticks(y.ticks ?? 4, y.format).tickSize(left + right - WIDTH).tickSizeOuter(0);
  if (x.values) horizontal.tickValues(x.values);
  if (y.values) vertical.tickValues(y.values);
  const place = (name, shift) => svg.append("g").attr("class", name).attr("transform", shift);
  place("xp-axis xp-grid", `translate(${left},0)`).call(vertical).select(".domain").remove();
  place("xp-axis", `translate(0,${from + height - bottom})`).call(horizontal);
  svg.selectAll(".xp-axis").attr("font-size", null).attr("font-family", null);
  const text = (word, px, py) => svg.append("text").attr("class", "xp-text").attr("x", px).attr("y", py).text(stage.say(word));
  if (x.label) text(x.label, (left + WIDTH - right) / 2, from + height - 6).attr("text-anchor", "middle");
  if (y.label) text(y.label, 4, from + top - 10);
  return { x: across, y: up, layer: svg.append("g") };
}

/** A sample of a line, and what it stands for. */
export function legend(svg, x, y, look, text) {
  const sample = svg.append("line").attr("class", `xp-line ${look}`);
  sample.attr("x1", x).attr("x2", x + 22).attr("y1", y - 4).attr("y2", y - 4);
  svg.append("text").attr("class", "xp-text").attr("x", x + 28).attr("y", y).text(text);
}

/** The path of y = f(x) over the domain of the frame. */
export function curve({ x, y }, f, points = 200) {
  return line(([a]) => x(a), ([, b]) => y(b))(sampled(x, f, points));
}

/** The path of the area between y = f(x) and the lower end of the frame. */
export function areaBelow({ x, y }, f, points = 200) {
  return area(([a]) => x(a), y(y.domain()[0]), ([, b]) => y(b))(sampled(x, f, points));
}

function sampled(x, f, points) {
  const [from, to] = x.range();
  return Array.from({ length: points + 1 }, (_, i) => {
    const value = x.invert(from + ((to - from) * i) / points);
    return [value, f(value)];
  }).filter(([, height]) => Number.isFinite(height));
}
