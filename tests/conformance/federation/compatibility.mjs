// Apollo's subgraph compatibility suite without docker: its two reference subgraphs, its jest tests, and Apollo's
// gateway where its script starts a router. The ports are the suite's.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { composed, sdlOf, served } from "./supergraph.mjs";

const require = createRequire(import.meta.url);
const suite = dirname(require.resolve("@apollo/federation-subgraph-compatibility-tests/package.json"));
const ROUTER_PORT = 4000;
const REFERENCES = { users: 4002, inventory: 4003 };
const START_MILLISECONDS = 20_000;

async function answering(url) {
  const until = Date.now() + START_MILLISECONDS;
  while (Date.now() < until) {
    try {
      return await sdlOf(url);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

/** What jest says of the suite's tests, as it prints it for programs. */
async function tested() {
  const jest = [require.resolve("jest/bin/jest"), "dist/tests", "--ci", "--json", "--config", "federation-jest.config.js"];
  const environment = { ...process.env, PRODUCTS_URL: process.env.PRODUCTS_URL };
  const running = spawn(process.execPath, jest, { cwd: suite, env: environment, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  for await (const part of running.stdout) output += part;
  return JSON.parse(output);
}

const processes = [];
let gateway;
try {
  const subgraphs = { products: { url: process.env.PRODUCTS_URL, sdl: await sdlOf(process.env.PRODUCTS_URL) } };
  for (const [name, port] of Object.entries(REFERENCES)) {
    const folder = join(suite, "dist", "subgraphs", name);
    processes.push(spawn(process.execPath, ["index.js"], { cwd: folder, stdio: "ignore" }));
    const url = `http://localhost:${port}/`;
    await answering(url);
    subgraphs[name] = { url, sdl: await readFile(join(folder, `${name}.graphql`), "utf8") };
  }
  gateway = await served(composed(subgraphs), ROUTER_PORT);
  const results = await tested();
  for (const { assertionResults } of results.testResults) {
    for (const one of assertionResults) {
      const told = { check: one.fullName };
      if (one.status !== "passed") told.fault = one.failureMessages.join("\n").slice(0, 500);
      console.log(JSON.stringify(told));
    }
  }
} finally {
  await gateway?.stop();
  for (const one of processes) one.kill();
}
process.exit(0);
