// A program as a frontend team would write it on the generated types; it compiles only if they say what the graph answers.
import {
  CreateOrderDocument,
  DeviceDocument,
  OpenOrdersDocument,
  type CreateOrderMutation,
  type TypedDocumentString,
} from "./generated/graphql.ts";

declare const process: { env: Record<string, string | undefined> };
const url = process.env.GRAPH_URL ?? "";
const headers = { "content-type": "application/json", authorization: `Bearer ${process.env.GRAPH_BUYER_TOKEN}` };

async function ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: document.toString(), variables }) });
  const { data, errors } = (await response.json()) as { data: Result; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const device = await ask(DeviceDocument, { value: "02900001000291" });
const found = device.deviceIdentifiers?.nodes[0];
console.log(found?.scope, found?.value);

const first = (await ask(OpenOrdersDocument, {})).purchaseOrders;
const second = (await ask(OpenOrdersDocument, { after: first?.pageInfo.endCursor })).purchaseOrders;
const ids = [...(first?.nodes ?? []), ...(second?.nodes ?? [])].map((order) => order.id);
console.log(second && second.nodes.length > 0 && new Set(ids).size === ids.length ? "two pages without a repeat" : "a repeat");

const given = {
  input: {
    company: { code: "ANSER-SZ" },
    supplier: { code: "S0001" },
    currency: "CNY",
    lines: [{ item: { code: "RM-TI04" }, quantity: "10", unitPrice: { amount: "12.50", currency: "CNY" }, dueOn: "2026-12-01" }],
  },
  key: crypto.randomUUID(),
};
type Payload = NonNullable<CreateOrderMutation["createPurchaseOrder"]>;
const payloads: (Payload | null | undefined)[] = [];
for (let sent = 0; sent < 2; sent += 1) payloads.push((await ask(CreateOrderDocument, given)).createPurchaseOrder);
const [made, again] = payloads;
const isSame = made?.purchaseOrder?.id !== undefined && made.purchaseOrder.id === again?.purchaseOrder?.id;
console.log(isSame && !made.replayed && again?.replayed ? "one effect" : JSON.stringify(payloads));

// A number over the wire would not be assignable here.
const amount: string | undefined = made?.purchaseOrder?.totalDue?.amount;
console.log(amount === "125" ? "amounts are texts" : `the amount is ${amount}`);
