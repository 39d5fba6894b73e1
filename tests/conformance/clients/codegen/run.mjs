// graphql-codegen's client preset over the schema that the server introspects and the documents that clients copy: the
// output is compiled by tsc in strict mode together with a program that uses it, and the program is run.
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { generate } from "@graphql-codegen/cli";
import { check, credential, equal, figure, GRAPH_BUYER_TOKEN, GRAPH_URL } from "./graph.mjs";

const run = promisify(execFile);
const started = Date.now();
// Generating and compiling take as long as the machine lets them.
const MAKING_SECONDS = 240;

await mkdir("generated", { recursive: true });
await check("the client preset reads the server's introspection and the documents", async () => {
  const files = await generate(
    {
      schema: { [GRAPH_URL]: { headers: credential } },
      documents: `${process.env.OPERATIONS}/*.graphql`,
      generates: {
        "generated/": {
          preset: "client",
          presetConfig: { fragmentMasking: false, persistedDocuments: true },
          config: {
            documentMode: "string",
            useTypeImports: true,
            enumsAsTypes: true,
            strictScalars: true,
            scalars: { Cursor: "string", Date: "string", DateTime: "string", Decimal: "string", JSON: "unknown", _Any: "unknown" },
          },
        },
      },
      silent: true,
    },
    true,
  );
  figure(`${files.length} files generated in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}, MAKING_SECONDS);

await writeFile("tsconfig.json", JSON.stringify({
  compilerOptions: {
    strict: true, target: "es2022", module: "nodenext", moduleResolution: "nodenext", rewriteRelativeImportExtensions: true,
    skipLibCheck: true, outDir: "built", noUncheckedIndexedAccess: true, types: [], lib: ["es2023", "dom"],
  },
  files: ["program.ts", "generated/graphql.ts"],
}));

await check("tsc compiles the generated types and a program that uses them, strictly", async () => {
  await run(process.execPath, ["node_modules/typescript/lib/tsc.js", "--project", "tsconfig.json"]).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}, MAKING_SECONDS);

await check("the compiled program asks the server, and its types are what comes", async () => {
  const environment = { ...process.env, GRAPH_BUYER_TOKEN };
  const { stdout } = await run(process.execPath, ["built/program.js"], { env: environment });
  equal(stdout.trim().split("\n"), ["PRIMARY 02900001000291", "two pages without a repeat", "one effect", "amounts are texts"]);
});

process.exit(0);
