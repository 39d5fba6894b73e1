// urql: queries and a retried mutation over fetch, streams over graphql-ws and, with the same client's own fetch, over
// server-sent events.
import { cacheExchange, Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { pipe, subscribe } from "wonka";
import WebSocket from "ws";
import {
  acknowledge, check, document, equal, GRAPH_BUYER_TOKEN, GRAPH_SOCKET_URL, GRAPH_TOKEN, GRAPH_URL, holds, openAlerts,
  order, pause, unique,
} from "./graph.mjs";

const headersOf = (token) => ({ authorization: `Bearer ${token}` });
const buyer = new Client({
  url: GRAPH_URL, preferGetMethod: false, fetchOptions: { headers: headersOf(GRAPH_BUYER_TOKEN) },
  exchanges: [cacheExchange, fetchExchange],
});

async function asked(query, variables = {}) {
  const { data, error } = await buyer.query(gql(query), variables, { requestPolicy: "network-only" }).toPromise();
  if (error) throw error;
  return data;
}

await check("a query with variables", async () => {
  const { deviceIdentifiers } = await asked(document("device"), { value: "02900001000291" });
  equal(deviceIdentifiers.nodes.map(({ value, scope }) => [value, scope]), [["02900001000291", "PRIMARY"]]);
});

await check("pages follow each other without a repeat", async () => {
  const first = (await asked(document("orders"))).purchaseOrders;
  const second = (await asked(document("orders"), { after: first.pageInfo.endCursor })).purchaseOrders;
  holds(second.nodes.length > 0, "there is but one page");
  holds(unique([...first.nodes, ...second.nodes].map(({ id }) => id)), "an order came twice");
});

await check("a query may be sent by GET", async () => {
  const getting = new Client({
    url: GRAPH_URL, preferGetMethod: "force", fetchOptions: { headers: headersOf(GRAPH_BUYER_TOKEN) },
    exchanges: [fetchExchange],
  });
  const { data, error, operation } = await getting.query(gql`{ viewer { name } }`, {}).toPromise();
  holds(!error, String(error));
  equal([operation.context.preferGetMethod, data.viewer.name], ["force", "buyer"]);
});

await check("a mutation that is sent again has one effect", async () => {
  const variables = { input: order(), key: crypto.randomUUID() };
  const sent = async () => (await buyer.mutation(gql(document("create_order")), variables).toPromise()).data.createPurchaseOrder;
  const [first, again] = [await sent(), await sent()];
  equal([first.userErrors, first.replayed, again.replayed], [[], false, true]);
  equal(again.purchaseOrder, first.purchaseOrder);
});

await check("a refusal carries its code", async () => {
  const { error } = await buyer.query(gql`{ nothingOfTheKind }`, {}).toPromise();
  equal(error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
});

/** What a client hears of three alerts, the second of which is taken while it does not listen. */
async function resumed(client) {
  const ids = await openAlerts(3);
  const heard = [];
  let after = null;
  const listening = () =>
    pipe(
      client.subscription(gql(document("watch_alerts")), { after }),
      subscribe(({ data, error }) => {
        if (error) throw error;
        after = data.alerts.cursor;
        if (ids.includes(data.alerts.alert.id)) heard.push(data.alerts.alert.id);
      }),
    );
  const until = async (count) => {
    while (heard.length < count) await pause(50);
  };
  let { unsubscribe } = listening();
  await pause(500);
  await acknowledge(ids[0]);
  await until(1);
  unsubscribe();
  await acknowledge(ids[1]);
  ({ unsubscribe } = listening());
  await until(2);
  await acknowledge(ids[2]);
  await until(3);
  unsubscribe();
  equal(heard, ids);
}

await check("a subscription over graphql-ws is resumed behind its last cursor", async () => {
  const connectionParams = headersOf(GRAPH_TOKEN);
  const sockets = createClient({ url: GRAPH_SOCKET_URL, webSocketImpl: WebSocket, connectionParams });
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? "" }, sink) }),
  });
  await resumed(new Client({ url: GRAPH_URL, preferGetMethod: false, exchanges: [subscriptionExchange({ forwardSubscription })] }));
  await sockets.dispose();
});

await check("a subscription over server-sent events is resumed behind its last cursor", async () => {
  const fetchOptions = { headers: headersOf(GRAPH_TOKEN) };
  await resumed(new Client({ url: GRAPH_URL, preferGetMethod: false, fetchSubscriptions: true, fetchOptions, exchanges: [fetchExchange] }));
});

process.exit(0);
