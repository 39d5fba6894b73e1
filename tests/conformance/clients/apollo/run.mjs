// Apollo Client as a frontend uses it: a normalised cache, pages merged into one list, a retried mutation, and a stream
// over graphql-ws that is resumed behind its last cursor.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import {
  acknowledge, check, document, equal, GRAPH_BUYER_TOKEN, GRAPH_SOCKET_URL, GRAPH_TOKEN, GRAPH_URL, holds, openAlerts,
  order, pause, unique,
} from "./graph.mjs";

function connected(token) {
  const headers = { authorization: `Bearer ${token}` };
  const sockets = createClient({ url: GRAPH_SOCKET_URL, webSocketImpl: WebSocket, connectionParams: headers });
  const isSubscription = ({ operationType }) => operationType === "subscription";
  const link = ApolloLink.split(isSubscription, new GraphQLWsLink(sockets), new HttpLink({ uri: GRAPH_URL, headers }));
  const merge = (existing, incoming) => ({ ...incoming, nodes: [...(existing?.nodes ?? []), ...incoming.nodes] });
  const pages = { keyArgs: ["filter", "orderBy"], merge };
  const cache = new InMemoryCache({ typePolicies: { Query: { fields: { purchaseOrders: pages } } } });
  return { client: new ApolloClient({ cache, link }), sockets };
}

const { client: buyer } = connected(GRAPH_BUYER_TOKEN);
const { client: admin, sockets } = connected(GRAPH_TOKEN);

await check("a query with variables", async () => {
  const { data } = await buyer.query({ query: gql(document("device")), variables: { value: "02900001000291" } });
  equal(data.deviceIdentifiers.nodes.map(({ value, scope }) => [value, scope]), [["02900001000291", "PRIMARY"]]);
});

await check("two pages are one list without a repeat", async () => {
  const orders = gql(document("orders"));
  const watched = buyer.watchQuery({ query: orders });
  const first = (await watched.refetch()).data.purchaseOrders;
  holds(first.pageInfo.hasNextPage, "there is but one page");
  await watched.fetchMore({ variables: { after: first.pageInfo.endCursor } });
  const { nodes } = buyer.readQuery({ query: orders }).purchaseOrders;
  holds(nodes.length > first.nodes.length && unique(nodes.map(({ id }) => id)), `${nodes.length} orders, some of them twice`);
});

await check("a mutation that is sent again has one effect", async () => {
  const variables = { input: order(), key: crypto.randomUUID() };
  const sent = () => buyer.mutate({ mutation: gql(document("create_order")), variables, fetchPolicy: "no-cache" });
  const [first, again] = [(await sent()).data.createPurchaseOrder, (await sent()).data.createPurchaseOrder];
  equal([first.userErrors, first.replayed, again.replayed], [[], false, true]);
  equal(again.purchaseOrder, first.purchaseOrder);
});

await check("the cache knows a row by its id, so that a mutation changes what a query showed", async () => {
  const [id] = await openAlerts(1);
  const query = gql`query ($id: ID!) { alert(id: $id) { id status } }`;
  await admin.query({ query, variables: { id } });
  const mutation = gql`mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { alert { id status } } }`;
  await admin.mutate({ mutation, variables: { input: { alert: { id } } } });
  equal(admin.readQuery({ query, variables: { id } }).alert.status, "ACKNOWLEDGED");
});

await check("a refusal carries its code", async () => {
  const refused = await buyer.query({ query: gql`{ nothingOfTheKind }` }).catch((error) => error);
  holds(CombinedGraphQLErrors.is(refused), String(refused));
  equal(refused.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
});

await check("a subscription is resumed behind its last cursor after a cut", async () => {
  const ids = await openAlerts(3);
  const heard = [];
  let after = null;
  const listening = () =>
    admin.subscribe({ query: gql(document("watch_alerts")), variables: { after } }).subscribe(({ data }) => {
      after = data.alerts.cursor;
      if (ids.includes(data.alerts.alert.id)) heard.push(data.alerts.alert.id);
    });
  const until = async (count) => {
    while (heard.length < count) await pause(50);
  };
  let subscription = listening();
  await pause(500);
  await acknowledge(ids[0]);
  await until(1);
  subscription.unsubscribe();
  sockets.terminate();
  await acknowledge(ids[1]);
  subscription = listening();
  await until(2);
  await acknowledge(ids[2]);
  await until(3);
  subscription.unsubscribe();
  equal(heard, ids);
});

process.exit(0);
