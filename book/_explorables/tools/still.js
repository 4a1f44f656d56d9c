// Draw an explorable as it opens: JSON {name, words, language} on stdin, HTML on stdout.
import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { build } from "#xp";

const { name, words, language } = JSON.parse(readFileSync(0, "utf8"));
try {
  const { document } = parseHTML("<!doctype html><html><body><div></div></body></html>");
  const spec = await import(`../${name}.js`);
  const container = document.querySelector("div");
  build(container, spec, { name, words, language });
  process.stdout.write(container.innerHTML, () => process.exit()); // without waiting for what would be announced
} catch (error) {
  process.stderr.write(error.code === "ERR_MODULE_NOT_FOUND" ? `${error.message}` : `explorable ${name}: ${error.message}`);
  process.exit(1);
}
