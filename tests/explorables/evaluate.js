// Calls the mathematics of an explorable: JSON lines of [module, function, arguments] in, their results out.
// What JSON cannot say is written as it prints: "Infinity", "-Infinity", "NaN".
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const SPECIAL = ["Infinity", "-Infinity", "NaN"];
const read = (_, value) => (SPECIAL.includes(value) ? Number(value) : value);
const write = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);

for await (const row of createInterface({ input: process.stdin })) {
  const [module, name, args] = JSON.parse(row, read);
  const functions = await import(new URL(`${module}.js`, folder));
  process.stdout.write(`${JSON.stringify(args.map((each) => functions[name](...each)), write)}\n`);
}
