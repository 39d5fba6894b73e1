// Server-sent events: the package graphql-sse in its distinct mode, the wire as it is, and what the Accept headers of
// the common clients are answered with.
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import relay from "relay-runtime";
import { acknowledge, check, credential, equal, GRAPH_TOKEN, GRAPH_URL, holds, openAlerts, pause } from "./graph.mjs";

const { Environment, fetchQuery, Network, RecordSource, Store } = relay;
const ours = Boolean(GRAPH_TOKEN);
const watching = ours ? "subscription { alerts { cursor kind alert { id } } }" : "subscription { ticks }";
const client = createClient({ url: GRAPH_URL, headers: credential, retryAttempts: 0 });

/** The first `count` results of an operation of graphql-sse, while `meanwhile` makes something happen. */
async function results(payload, count, meanwhile = async () => {}) {
  const stream = client.iterate(payload);
  const found = [];
  const happening = pause(500).then(meanwhile);
  for await (const result of stream) {
    found.push(result);
    if (found.length === count) break;
  }
  await happening;
  return found;
}

await check("graphql-sse: a query is a stream of one result", async () => {
  equal((await results({ query: "{ __typename }" }, 2)).map(({ data }) => data), [{ __typename: "Query" }]);
});

await check("graphql-sse: a subscription is told what happens", async () => {
  const ids = ours ? await openAlerts(3) : [];
  const found = await results({ query: watching }, 3, async () => {
    for (const id of ids) await acknowledge(id);
  });
  if (ours) equal(found.map(({ data }) => data.alerts.alert.id), ids);
  else equal(found, [0, 1, 2].map((ticks) => ({ data: { ticks } })));
});

await check("graphql-sse: a fault of the document reaches the client", async () => {
  // Through an accepted stream, as the protocol asks for: a refused one tells a browser's EventSource nothing.
  const found = await results({ query: "subscription { nothingOfTheKind }" }, 2);
  equal(found.length, 1);
  holds(found[0].errors[0].message.includes("nothingOfTheKind"), `${JSON.stringify(found)} came`);
});

// --- the wire -------------------------------------------------------------------------------------------------------

/** A response to an operation that asks for events, ended by `over`. */
async function streamed(query, headers = {}) {
  const over = new AbortController();
  const response = await fetch(GRAPH_URL, {
    method: "POST",
    signal: over.signal,
    headers: { "content-type": "application/json", accept: "text/event-stream", ...credential, ...headers },
    body: JSON.stringify({ query }),
  });
  return { response, over: () => over.abort(), reader: response.body.getReader() };
}

/** The text of a stream up to `count` events that carry data; comments are left in. */
async function events(stream, count) {
  const decoder = new TextDecoder();
  let text = "";
  while (text.split("\n\n").filter((event) => event.includes("data:")).length <= count && !text.endsWith("\n\n")) {
    const { done, value } = await stream.reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

const fields = (text) =>
  text
    .split("\n\n")
    .filter((event) => event.includes("data:"))
    .map((event) => Object.fromEntries(event.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2))));

await check("the wire: text/event-stream, lines end with LF, next and complete", async () => {
  const stream = await streamed("{ __typename }");
  equal(stream.response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  let text = "";
  for (;;) {
    const { done, value } = await stream.reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  holds(!text.includes("\r"), "a carriage return is on the wire");
  const [next, complete] = fields(text);
  equal([next.event, JSON.parse(next.data).data, complete], ["next", { __typename: "Query" }, { event: "complete", data: "" }]);
});

await check("the wire: each event has an id, and Last-Event-ID resumes behind it", async () => {
  const [first, second, third] = await openAlerts(3);
  const stream = await streamed(watching);
  await pause(500);
  await acknowledge(first);
  const [event] = fields(await events(stream, 1));
  stream.over();
  equal(JSON.parse(event.data).data.alerts.cursor, event.id);
  // Both happen while nobody listens.
  await acknowledge(second);
  await acknowledge(third);
  await pause(1_500);
  const resumed = await streamed(watching, { "last-event-id": event.id });
  const missed = [];
  while (missed.length < 2) missed.push(...fields(await events(resumed, 1)));
  resumed.over();
  equal(missed.map(({ data }) => JSON.parse(data).data.alerts.alert.id), [second, third]);
});

await check("the wire: Accept decides: a subscription needs a client that takes events", async () => {
  const response = await fetch(GRAPH_URL, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...credential },
    body: JSON.stringify({ query: watching }),
  });
  equal(response.status, 406);
  equal((await response.json()).errors[0].extensions.code, "NOT_ACCEPTABLE");
});

// --- what the common clients send by default -----------------------------------------------------------------------

/** A fetch that keeps what was sent and answered. */
function kept() {
  const seen = {};
  const fetching = async (url, init) => {
    seen.accept = new Headers(init.headers).get("accept");
    const response = await fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...credential } });
    seen.media = response.headers.get("content-type");
    return response;
  };
  return { seen, fetching };
}

const isJson = (media) => /^application\/(graphql-response\+)?json/.test(media ?? "");

await check("Apollo Client's own Accept is answered with JSON", async () => {
  const { seen, fetching } = kept();
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: GRAPH_URL, fetch: fetching }) });
  // Apollo answers the __typename of a root itself, without asking.
  const { data } = await apollo.query({ query: ours ? gql`{ viewer { name } }` : gql`{ greeting }` });
  equal(data, ours ? { viewer: { __typename: "Viewer", name: "admin" } } : { greeting: "hello world" });
  holds(seen.accept && isJson(seen.media), `${seen.accept} is answered with ${seen.media}`);
});

await check("urql's own Accept is answered with JSON", async () => {
  const { seen, fetching } = kept();
  const urql = new Client({ url: GRAPH_URL, exchanges: [fetchExchange], fetch: fetching, preferGetMethod: false });
  const { data, error } = await urql.query("{ __typename }", {}).toPromise();
  holds(!error, String(error));
  equal(data.__typename, "Query");
  holds(seen.accept?.includes("text/event-stream") && isJson(seen.media), `${seen.accept} is answered with ${seen.media}`);
});

await check("the fetch of Relay's guide, without an Accept, is answered with JSON", async () => {
  const { seen, fetching } = kept();
  const network = Network.create(async (request, variables) => {
    const response = await fetching(GRAPH_URL, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: request.text, variables }),
    });
    return response.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const field = { kind: "ScalarField", name: "__typename", alias: null, args: null, storageKey: null };
  const query = {
    kind: "Request",
    fragment: { kind: "Fragment", name: "Kind", type: "Query", metadata: null, argumentDefinitions: [], selections: [field] },
    operation: { kind: "Operation", name: "Kind", argumentDefinitions: [], selections: [field] },
    params: { cacheID: "kind", id: null, metadata: {}, name: "Kind", operationKind: "query", text: "query Kind { __typename }" },
  };
  const data = await fetchQuery(environment, query, {}).toPromise();
  equal(data.__typename, "Query");
  holds(isJson(seen.media), `it is answered with ${seen.media}`);
});

client.dispose();
process.exit(0);
