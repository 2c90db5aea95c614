// Makes src/api/schema.d.ts from openapi.json, which `python -m bidwell.server.openapi` writes.
// `--check` says whether the file is up to date instead, for the checks.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const source = new URL("../openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);

// A decimal is no ordinary string: what is sent and compared must have been read as one.
const decimalText = ts.factory.createTypeReferenceNode("DecimalText");

const nodes = await openapiTS(source, {
  alphabetize: true,
  defaultNonNullable: false,
  inject: 'import type { DecimalText } from "~/lib/decimal";',
  transform: (schema) => (schema.type === "string" && schema.format === "decimal" ? decimalText : undefined),
});
const made = `/* Made by \`npm run generate\` from openapi.json. */\n${astToString(nodes)}`;

if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8")) !== made) {
    process.stderr.write("src/api/schema.d.ts is not what openapi.json says: run `npm run generate`\n");
    process.exit(1);
  }
} else {
  await writeFile(target, made);
}
