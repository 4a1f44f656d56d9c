// Write what the targets of links look like: the part of xentcourse/site/previews.py for which the parser is Node's.
// Reads what to do as JSON from standard input:
//   {root, folder, targets: {page: [id, ...]}}
// Pages are relative to root, and "" is the id of a page as a whole. For each page a script root/folder/PAGE.js
// calls xentcoursePreviews with the page and the HTML of its targets, which book/_static/previews.js shows.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseHTML } from "linkedom";

let told = "";
for await (const piece of process.stdin) told += piece;
const { root, folder, targets } = JSON.parse(told);

// A card is for the eye and leads nowhere: assistive technology follows the link.
const DROPPED = ".headerlink, .copybtn, .katex-mathml, script, button, details, [id^='explorable-']";
const HEADING = "h1, h2, h3, h4, h5, h6";

/** A copy without what works on the page only. */
function still(node) {
  const copy = node.cloneNode(true);
  for (const part of copy.querySelectorAll(DROPPED)) part.remove();
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  for (const part of [copy, ...copy.querySelectorAll("[id], [tabindex]")]) {
    part.removeAttribute("id");
    part.removeAttribute("tabindex");
  }
  return copy.outerHTML;
}

const children = (node, selector) => [...(node?.children ?? [])].filter((child) => child.matches(selector));

/** The text of a heading or a term as the title of a card. */
const title = (node) => still(node).replace(/^<\w+[^>]*>/, "<p><strong>").replace(/<\/\w+>$/, "</strong></p>");

/** A section is known by its heading and its first paragraph. */
function opening(section) {
  const [heading] = children(section, HEADING);
  return heading ? title(heading) + children(section, "p").slice(0, 1).map(still).join("") : "";
}

/** A term by what it means, a function by the line that says what it returns. */
function definition(term) {
  let meaning = term.nextElementSibling;
  while (meaning && !meaning.matches("dd")) meaning = meaning.nextElementSibling;
  const parts = children(meaning, "p:not(.used-in), ul, ol, div.math");
  return title(term) + (term.matches(".sig") ? parts.slice(0, 1) : parts).map(still).join("");
}

/** What a card shows of the element that a link leads to. */
function preview(target) {
  if (target.closest("dt")) return definition(target.closest("dt"));
  if (target.matches("section")) return opening(target);
  if (!target.matches("span")) return still(target);
  // A second label of the same thing is an empty span at its beginning.
  return target.parentElement.matches("section") ? opening(target.parentElement) : still(target.parentElement);
}

await mkdir(path.join(root, folder), { recursive: true });
for (const [page, ids] of Object.entries(targets)) {
  const html = await readFile(path.join(root, page), "utf8");
  const { document } = parseHTML(`<html><body>${html.slice(html.indexOf("<article"), html.indexOf("</article>"))}</article>`);
  const found = {};
  for (const id of ids) {
    const target = id ? document.getElementById(id) : document.querySelector("article > section");
    const shown = target && preview(target);
    if (shown) found[id] = shown;
  }
  const name = page.replace(/\.html$/, "");
  const script = `xentcoursePreviews(${JSON.stringify(name)},${JSON.stringify(found)});\n`;
  await writeFile(path.join(root, folder, `${name}.js`), script);
}
