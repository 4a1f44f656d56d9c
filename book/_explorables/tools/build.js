// Bundle the explorables: `node build.js FOLDER` writes FOLDER/xp.js, which they share, xp.css, and a script each.
// Classic scripts: modules do not load from file://.
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const common = { bundle: true, minify: true, target: "es2022", format: "iife", legalComments: "none", logLevel: "warning" };

/** In a page the library is there already, as a global. */
const shared = {
  name: "shared",
  setup(build) {
    build.onResolve({ filter: /^#xp$/ }, () => ({ path: "xp", namespace: "global" }));
    build.onLoad({ filter: /.*/, namespace: "global" }, () => ({ contents: "module.exports = xp" }));
  },
};

function explorable(name, outdir) {
  const contents = `import * as spec from "./${name}.js"; import { start } from "#xp"; start("${name}", spec);`;
  return build({
    ...common,
    stdin: { contents, resolveDir: HERE, sourcefile: `${name}-start.js` },
    outfile: join(outdir, `${name}.js`),
    plugins: [shared],
  });
}

const outdir = process.argv[2];
rmSync(outdir, { recursive: true, force: true });
const names = readdirSync(HERE).filter((file) => file.endsWith(".js")).map((file) => basename(file, ".js"));
await Promise.all([
  build({ ...common, entryPoints: [join(HERE, "lib/index.js")], globalName: "xp", outfile: join(outdir, "xp.js") }),
  build({ ...common, entryPoints: [join(HERE, "xp.css")], outfile: join(outdir, "xp.css") }),
  ...names.map((name) => explorable(name, outdir)),
]);
