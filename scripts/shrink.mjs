// Join, purge and minify a site's style sheets, and minify its scripts: the part of xentcourse/site/shrink.py
// for which the tools are Node's. Reads what to do as JSON from standard input:
//   {root, sheets: {name: [path, ...]}, pages: [path, ...], scripts: [path, ...]}
// Paths are relative to root. Each sheet is written to root/name, with the fonts that it names in _static/fonts.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";

let told = "";
for await (const piece of process.stdin) told += piece;
const { root, sheets, pages, scripts } = JSON.parse(told);

// Classes that scripts make out of pieces, and states that only the browser knows. Bootstrap's script names the
// classes of all that it can do; of that the pages have tooltips and the list of contents.
const SAFE = { standard: [/^(show|active|collapsed|collapsing|fade|bs-tooltip)/, /^tooltip/, /^dropdown/, /^data-/] };
const NAMES_ALL = /\/bootstrap\.js$/;

// Every browser that knows the style sheets' other rules reads WOFF2.
const OLDER_FONT = /,\s*url\([^)]*\.(?:woff|ttf)"?\)\s*format\([^)]*\)/g;

for (const [name, members] of Object.entries(sheets)) {
  const joined = await build({
    stdin: { contents: members.map((m) => `@import "./${m}";`).join("\n"), resolveDir: root, loader: "css" },
    bundle: true,
    minify: true,
    write: false,
    outdir: path.join(root, path.dirname(name)),
    entryNames: path.basename(name, ".css"),
    assetNames: "fonts/[name]",
    loader: { ".woff2": "file", ".svg": "dataurl", ".png": "dataurl" },
    external: ["*.woff", "*.ttf"],
    legalComments: "none",
    logLevel: "error",
  });
  for (const file of joined.outputFiles) {
    if (!file.path.endsWith(".css")) {
      await mkdir(path.dirname(file.path), { recursive: true });
      await writeFile(file.path, file.contents);
      continue;
    }
    const [purged] = await new PurgeCSS().purge({
      content: [...pages, ...scripts].filter((file) => !NAMES_ALL.test(file)).map((file) => path.join(root, file)),
      css: [{ raw: file.text.replace(OLDER_FONT, "") }],
      safelist: SAFE,
      keyframes: true,
    });
    const { code } = await transform(purged.css, { loader: "css", minify: true, legalComments: "none" });
    await writeFile(path.join(root, name), code);
  }
}

for (const script of scripts) {
  const file = path.join(root, script);
  const { code } = await transform(await readFile(file, "utf8"), { minify: true, legalComments: "inline" });
  await writeFile(file, code);
}
