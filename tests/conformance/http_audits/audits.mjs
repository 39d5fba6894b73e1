// The server audits that the package graphql-http ships for GraphQL over HTTP.
import { serverAudits } from "graphql-http";

const { GRAPH_URL, GRAPH_TOKEN } = process.env;
const credential = GRAPH_TOKEN ? { authorization: `Bearer ${GRAPH_TOKEN}` } : {};
const fetchFn = (url, init = {}) => fetch(url, { ...init, headers: { ...credential, ...init.headers } });

for (const audit of serverAudits({ url: GRAPH_URL, fetchFn })) {
  const result = await audit.fn();
  const told = { check: `${audit.id} ${audit.name}` };
  if (result.status !== "ok") told.fault = `${result.status}: ${result.reason}`;
  console.log(JSON.stringify(told));
}
