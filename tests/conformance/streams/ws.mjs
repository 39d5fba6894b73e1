// The package graphql-ws as a client: operations, live events, and resuming behind the last cursor after a cut.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { acknowledge, check, credential, equal, GRAPH_SOCKET_URL, holds, openAlerts, pause } from "./graph.mjs";

const opened = (more = {}) =>
  createClient({ url: GRAPH_SOCKET_URL, webSocketImpl: WebSocket, connectionParams: credential, retryAttempts: 5, ...more });
const WATCHING = "subscription ($after: Cursor) { alerts(after: $after) { cursor alert { id } } }";

await check("a query is one result and its completion", async () => {
  const client = opened();
  const found = [];
  for await (const result of client.iterate({ query: "{ viewer { name } }" })) found.push(result.data);
  equal(found, [{ viewer: { name: "admin" } }]);
  await client.dispose();
});

await check("a mutation is answered", async () => {
  const client = opened();
  const [id] = await openAlerts(1);
  const query = "mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { alert { id status } } }";
  for await (const { data } of client.iterate({ query, variables: { input: { alert: { id } } } })) {
    equal(data.acknowledgeAlert.alert, { id, status: "ACKNOWLEDGED" });
  }
  await client.dispose();
});

await check("a fault of the document ends the iteration and not the socket", async () => {
  const client = opened();
  const results = client.iterate({ query: "{ nothingOfTheKind }" });
  const refused = await results.next().then(() => null, (errors) => errors);
  equal(refused?.[0]?.extensions?.code, "GRAPHQL_VALIDATION_FAILED");
  const { value } = await client.iterate({ query: "{ __typename }" }).next();
  equal(value.data, { __typename: "Query" });
  await client.dispose();
});

await check("a credential that stands for nobody is told as 4403", async () => {
  const client = opened({ connectionParams: { authorization: "Bearer nonsense" }, retryAttempts: 0 });
  const event = await client.iterate({ query: "{ __typename }" }).next().then(() => null, (fault) => fault);
  equal(event?.code, 4403);
  await client.dispose();
});

await check("a keep-alive of the client is answered", async () => {
  let pongs = 0;
  const client = opened({ keepAlive: 200, lazy: false, on: { pong: () => (pongs += 1) } });
  await pause(1_500);
  holds(pongs >= 3, `${pongs} pongs came`);
  await client.dispose();
});

await check("after a cut the stream goes on behind the last cursor: nothing lost, nothing twice, in order", async () => {
  const ids = await openAlerts(9);
  const heard = [];
  let after = null;
  for (let part = 0; part < 3; part += 1) {
    // What happens between two connections is missed by both, and must be told by the replay.
    if (part > 0) await acknowledge(ids[3 * part]);
    const client = opened();
    const results = client.iterate({ query: WATCHING, variables: { after } });
    const acting = pause(500).then(async () => {
      for (const id of ids.slice(3 * part + (part > 0), 3 * part + 3)) await acknowledge(id);
    });
    for (let count = 0; count < 3; count += 1) {
      const { value } = await results.next();
      after = value.data.alerts.cursor;
      heard.push(value.data.alerts.alert.id);
    }
    await acting;
    client.terminate();
  }
  equal(heard, ids);
});

process.exit(0);
