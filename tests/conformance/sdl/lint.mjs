// @graphql-eslint's recommended and relay rules over a schema, and its recommended rules over the documents that clients
// copy: one check a rule. The schema is read from SDL_FILE, or asked of the server where there is no such file.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import plugin from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";
import { buildClientSchema, buildSchema, getIntrospectionQuery, printSchema } from "graphql";
import { figure, GRAPH_URL } from "./graph.mjs";

const { OPERATIONS, SDL_FILE } = process.env;
const FINDINGS_TOLD_MAX = 5;

async function askedSdl() {
  const response = await fetch(GRAPH_URL, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery({ specifiedByUrl: true, descriptions: true }) }),
  });
  return printSchema(buildClientSchema((await response.json()).data));
}

const rulesOf = (...names) => Object.assign({}, ...names.map((name) => plugin.configs[`flat/${name}`].rules));

// Two rules take options, because they would have every object be a row and every list a page:
// what is no row has no id: a page, a total, a payload, a refusal, an amount, the key of a group;
const NO_ROWS = {
  suffixes: ["Aggregate", "Bounds", "Connection", "Edge", "Event", "Group", "GroupKey", "Numbers", "Payload"],
  types: ["Money", "PageInfo", "ParsedUdi", "SourceKey", "Viewer", "ViewerPermission", "ViewerRoles"],
};
// and a list may be the nodes of a page, the lines that a document owns, or the groups of a total.
// A page of a report has lines, that are made and not kept, and so are no nodes.
const EDGES = { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false };
// Named after what is run in bulk, not after what they are.
const KNOWN = /Field "(bulkMutation|signBulkMutation|cancelBulkMutation)"/;

/** The rules for the schema, with their options; the refusals are found in it. */
function schemaRules(schema) {
  const refusals = Object.values(schema.getTypeMap()).filter((type) => type.getInterfaces?.().some((one) => one.name === "UserError"));
  const lines = Object.values(schema.getTypeMap()).filter(
    (type) => schema.getType(`${type.name}Connection`) && !type.getInterfaces?.().some((one) => one.name === "Node"),
  );
  const exceptions = { ...NO_ROWS, types: [...NO_ROWS.types, ...[...refusals, ...lines].map((type) => type.name)] };
  return {
    ...rulesOf("schema-recommended", "schema-relay"),
    "@graphql-eslint/strict-id-in-types": ["error", { exceptions }],
    "@graphql-eslint/relay-edge-types": ["error", EDGES],
  };
}

/** The findings of some rules in some files, as {rule: [where and what]}. */
async function findings(files, rules, graphQLConfig) {
  const eslint = new ESLint({
    cwd: process.cwd(),
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ["**/*.graphql"],
        plugins: { "@graphql-eslint": plugin },
        languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig } },
        rules,
      },
    ],
  });
  const found = Object.fromEntries(Object.keys(rules).map((rule) => [rule, []]));
  for (const { filePath, messages } of await eslint.lintFiles(files)) {
    for (const { ruleId, line, message } of messages) {
      if (KNOWN.test(message)) continue;
      (found[ruleId ?? "parsing"] ??= []).push(`${filePath.split("/").pop()}:${line} ${message}`);
    }
  }
  return found;
}

function tell(what, found) {
  for (const [rule, messages] of Object.entries(found)) {
    const told = { check: `${what}: ${rule.replace("@graphql-eslint/", "")}` };
    if (messages.length) told.fault = `${messages.length} findings: ${messages.slice(0, FINDINGS_TOLD_MAX).join("; ")}`;
    console.log(JSON.stringify(told));
  }
  return Object.values(found).flat().length;
}

const sdl = SDL_FILE ? await readFile(SDL_FILE, "utf8") : await askedSdl();
await writeFile("schema.graphql", sdl);
await mkdir("operations", { recursive: true });
const names = SDL_FILE ? (await readdir(OPERATIONS)).filter((name) => name.endsWith(".graphql")) : [];
for (const name of names) await writeFile(join("operations", name), await readFile(join(OPERATIONS, name), "utf8"));

// The plugin keeps the first configuration that it is given, so that both runs share one.
const config = { schema: resolve("schema.graphql"), ...(names.length ? { documents: "operations/*.graphql" } : {}) };
let count = tell("schema", await findings([config.schema], schemaRules(buildSchema(sdl)), config));
if (names.length) count += tell("operations", await findings([config.documents], rulesOf("operations-recommended"), config));
figure(`${count} findings in ${sdl.split("\n").length} lines and ${names.length} documents`);
process.exit(0);
