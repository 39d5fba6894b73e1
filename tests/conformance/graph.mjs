// What the scripts of every npm environment share: the server's address and credential, how a check is told, and
// something that happens at the server when a listener waits for it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const { GRAPH_URL, GRAPH_SOCKET_URL, GRAPH_TOKEN, GRAPH_BUYER_TOKEN } = process.env;
export const credential = GRAPH_TOKEN ? { authorization: `Bearer ${GRAPH_TOKEN}` } : {};

// A machine that does much else at once takes long for what is quick.
const WAIT_SECONDS = 60;

/** Run one check and tell what it found; a promise that never settles is a fault too. */
export async function check(name, work, seconds = WAIT_SECONDS) {
  let clock;
  const late = new Promise((_, reject) => {
    clock = setTimeout(() => reject(new Error(`not done in ${seconds} s`)), 1_000 * seconds);
  });
  try {
    await Promise.race([work(), late]);
    console.log(JSON.stringify({ check: name }));
  } catch (fault) {
    console.log(JSON.stringify({ check: name, fault: told(fault) }));
  } finally {
    clearTimeout(clock);
  }
}

function told(fault) {
  if (fault instanceof Error) return fault.message || String(fault.cause ?? fault.name);
  return JSON.stringify(fault) ?? String(fault);
}

/** Say a figure that is to be printed beside the checks. */
export function figure(text) {
  console.log(JSON.stringify({ figure: text }));
}

export function equal(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/** The data of an operation, asked over plain HTTP. */
export async function ask(query, variables = {}) {
  const response = await fetch(GRAPH_URL, {
    method: "POST",
    headers: { "content-type": "application/json", ...credential },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** The ids of `count` alerts that nobody has taken yet. */
export async function openAlerts(count) {
  const query = "query ($count: Int) { alerts(first: $count, filter: { status: { eq: OPEN } }) { nodes { id } } }";
  const { alerts } = await ask(query, { count });
  holds(alerts.nodes.length === count, `only ${alerts.nodes.length} alerts are open`);
  return alerts.nodes.map((alert) => alert.id);
}

/** Take an alert, which every listener is told of. */
export async function acknowledge(id) {
  const { acknowledgeAlert } = await ask(
    "mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { userErrors { message } } }",
    { input: { alert: { id }, note: "seen" } },
  );
  equal(acknowledgeAlert.userErrors, []);
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A document that clients copy from client_examples/operations. */
export const document = (name) => readFileSync(join(process.env.OPERATIONS, `${name}.graphql`), "utf8");

/** An order that the demonstration's buyer may create. */
export const order = () => ({
  company: { code: "ANSER-SZ" },
  supplier: { code: "S0001" },
  currency: "CNY",
  lines: [{ item: { code: "RM-TI04" }, quantity: "10", unitPrice: { amount: "12.50", currency: "CNY" }, dueOn: "2026-12-01" }],
});

export const unique = (values) => new Set(values).size === values.length;
