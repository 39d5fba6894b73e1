// Relay: relay-compiler over the schema that the server introspects, and relay-runtime with a normalised store: a
// connection that grows page by page, a fragment fetched anew by its global id, a retried mutation, a resumed stream.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import {
  acknowledge, ask, check, equal, GRAPH_BUYER_TOKEN, GRAPH_SOCKET_URL, GRAPH_TOKEN, GRAPH_URL, holds, openAlerts, order,
  pause, unique,
} from "./graph.mjs";

const { commitMutation, createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, requestSubscription, Store } = relay;
const PAGE = 10;

await check("relay-compiler takes the schema and the documents of an application", async () => {
  const introspection = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true });
  await writeFile("schema.graphql", printSchema(buildClientSchema(await ask(introspection))));
  await promisify(execFile)(process.execPath, ["node_modules/relay-compiler/cli.js", "relay.config.json"]).catch((failed) => {
    throw new Error(failed.stdout + failed.stderr);
  });
}, 60);

const made = async (name) => (await import(`./src/__generated__/${name}.graphql.js`)).default;

function connected(token) {
  const authorization = `Bearer ${token}`;
  const sockets = createClient({ url: GRAPH_SOCKET_URL, webSocketImpl: WebSocket, connectionParams: { authorization } });
  const fetching = async ({ text }, variables) => {
    const headers = { "content-type": "application/json", authorization };
    const response = await fetch(GRAPH_URL, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
    return response.json();
  };
  const subscribing = ({ text, name }, variables) =>
    relay.Observable.create((sink) => sockets.subscribe({ operationName: name, query: text, variables }, sink));
  return { environment: new Environment({ network: Network.create(fetching, subscribing), store: new Store(new RecordSource()) }), sockets };
}

const { environment: buyer } = connected(GRAPH_BUYER_TOKEN);
const { environment: admin, sockets } = connected(GRAPH_TOKEN);
const fetched = (environment, query, variables) => {
  environment.retain(createOperationDescriptor(query, variables));
  return fetchQuery(environment, query, variables).toPromise();
};
const mutated = (environment, mutation, variables) =>
  new Promise((resolve, reject) => commitMutation(environment, { mutation, variables, onCompleted: resolve, onError: reject }));

await check("a connection in the store grows page by page", async () => {
  const query = await made("appOrdersQuery");
  const first = (await fetched(buyer, query, { first: PAGE })).purchaseOrders;
  equal([first.edges.length, first.pageInfo.hasNextPage], [PAGE, true]);
  const both = (await fetched(buyer, query, { first: PAGE, after: first.pageInfo.endCursor })).purchaseOrders;
  const numbers = both.edges.map(({ node }) => node.number);
  equal(numbers.length, 2 * PAGE);
  holds(unique(numbers) && numbers.join() === [...numbers].sort().join(), `${numbers} are not in order`);
});

await check("a fragment is fetched anew by its global id", async () => {
  const { parties } = await ask("{ parties(first: 1) { nodes { id code name } } }");
  const [{ id, code }] = parties.nodes;
  const { node } = await fetched(admin, await made("appSupplierRefetchQuery"), { id });
  equal(node.__id, id);
  equal(admin.getStore().getSource().get(id).code, code);
});

await check("a mutation that is sent again has one effect", async () => {
  const mutation = await made("appCreateOrderMutation");
  const variables = { input: order(), key: crypto.randomUUID() };
  const [first, again] = [await mutated(buyer, mutation, variables), await mutated(buyer, mutation, variables)];
  equal([first.createPurchaseOrder.userErrors, first.createPurchaseOrder.replayed], [[], false]);
  equal(again.createPurchaseOrder, { ...first.createPurchaseOrder, replayed: true });
});

await check("a mutation changes the row that node(id:) had fetched", async () => {
  const [id] = await openAlerts(1);
  const query = await made("appAlertQuery");
  equal((await fetched(admin, query, { id })).node.status, "OPEN");
  await mutated(admin, await made("appAcknowledgeMutation"), { input: { alert: { id } } });
  equal(admin.lookup(createOperationDescriptor(query, { id }).fragment).data.node.status, "ACKNOWLEDGED");
});

await check("a subscription is resumed behind its last cursor after a cut", async () => {
  const ids = await openAlerts(3);
  const subscription = await made("appAlertsSubscription");
  const heard = [];
  let after = null;
  const onNext = ({ alerts }) => {
    after = alerts.cursor;
    if (ids.includes(alerts.alert.id)) heard.push(alerts.alert.id);
  };
  const listening = () => requestSubscription(admin, { subscription, variables: { after }, onNext });
  const until = async (count) => {
    while (heard.length < count) await pause(50);
  };
  let listener = listening();
  await pause(500);
  await acknowledge(ids[0]);
  await until(1);
  listener.dispose();
  sockets.terminate();
  await acknowledge(ids[1]);
  listener = listening();
  await until(2);
  await acknowledge(ids[2]);
  await until(3);
  listener.dispose();
  equal(heard, ids);
});

process.exit(0);
