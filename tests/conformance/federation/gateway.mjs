// Our own graph in a federated one: composed with a subgraph that knows our items and orders by their business keys, and
// asked through Apollo's gateway as two audiences. The other subgraph stands in this process; ours is the real server.
import { createServer } from "node:http";
import { buildSchema, execute, parse } from "graphql";
import { check, equal, figure, GRAPH_URL, holds } from "./graph.mjs";
import { composed, sdlOf, served } from "./supergraph.mjs";

const { GRAPH_TOKEN, GRAPH_SUPPLIER_TOKEN } = process.env;
const as = (token) => ({ authorization: `Bearer ${token}` });

const RATINGS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query { ratings: [Rating!]! }
  type Rating { stars: Int!  item: Item  order: PurchaseOrder }
  type Item @key(fields: "code") { code: String!  stars: Int }
  type Company @key(fields: "code") { code: String! }
  type PurchaseOrder @key(fields: "number company { code }") { number: String!  company: Company  stars: Int }
`;

/** The other subgraph: ratings of things that it knows by their keys alone. */
function ratings(rows) {
  const roots = "type Query { ratings: [Rating!]!  _entities(representations: [_Any!]!): [_Entity]! }";
  const schema = buildSchema(
    RATINGS.replace(/extend schema.*/, "").replace(/@key\(.*?"\)/g, "").replace(/type Query.*/, roots) +
      "scalar _Any\nunion _Entity = Item | PurchaseOrder",
  );
  const starsOf = (given) => rows.find(({ item, order }) => (item?.code ?? order?.number) === (given.code ?? given.number))?.stars;
  const rootValue = {
    ratings: rows,
    _entities: ({ representations }) => representations.map((one) => ({ ...one, stars: starsOf(one) ?? null })),
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { query, variables } = JSON.parse(body);
    const result = await execute({ schema, document: parse(query), variableValues: variables, rootValue });
    response.setHeader("content-type", "application/json").end(JSON.stringify(result));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function asked(url, token, query) {
  const headers = { "content-type": "application/json", ...as(token) };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  return response.json();
}

const order = (number, code) => ({ number, company: { code } });
const ITEM = { item: { code: "RM-TI04" }, stars: 5 };

await check("what staff see composes with another subgraph", async () => {
  const staff = await sdlOf(GRAPH_URL, as(GRAPH_TOKEN));
  const other = { url: "http://127.0.0.1:1/", sdl: RATINGS };
  composed({ skein: { url: GRAPH_URL, sdl: staff }, ratings: other });
  figure(`${staff.match(/@key\(/g).length} keys in the ${Math.round(staff.length / 1000)} kB of SDL that staff see`);
});

const { orders, own } = await (async () => {
  const query = "{ purchaseOrders(first: 5) { nodes { number company { code } } } }";
  const all = (await asked(GRAPH_URL, GRAPH_TOKEN, query)).data.purchaseOrders.nodes;
  const mine = (await asked(GRAPH_URL, GRAPH_SUPPLIER_TOKEN, query)).data.purchaseOrders.nodes;
  return { orders: all, own: mine[0] };
})();
const foreign = orders.find((one) => one.number !== own.number);
const rows = [
  ITEM,
  { order: order(own.number, own.company.code), stars: 4 },
  { order: order(foreign.number, foreign.company.code), stars: 3 },
  { order: order("PO-nothing", own.company.code), stars: 2 },
];
const other = await ratings(rows);
const subgraph = { url: `http://127.0.0.1:${other.address().port}/`, sdl: RATINGS };

const QUERY = "{ ratings { stars item { code nameZh } order { number status } } }";
const statusOf = async (token, { number, company }) =>
  (await asked(GRAPH_URL, token, `{ purchaseOrder(number: "${number}", company: "${company.code}") { status } }`)).data.purchaseOrder;

await check("through the gateway staff see our rows of the keys that the other subgraph knows", async () => {
  const supergraph = composed({ skein: { url: GRAPH_URL, sdl: await sdlOf(GRAPH_URL, as(GRAPH_TOKEN)) }, ratings: subgraph });
  const gateway = await served(supergraph, 0);
  const { data, errors } = await asked(gateway.url, GRAPH_TOKEN, QUERY);
  holds(!errors, JSON.stringify(errors));
  holds(data.ratings[0].item.nameZh.length > 0, "the item has no name");
  for (const [place, one] of [[1, own], [2, foreign]]) {
    equal(data.ratings[place].order, { number: one.number, ...(await statusOf(GRAPH_TOKEN, one)) });
  }
  // The status of an order is never null, so an order that is not there is null as a whole.
  equal(data.ratings[3].order, null);
  const from = await asked(gateway.url, GRAPH_TOKEN, '{ item(code: "RM-TI04") { nameZh stars } }');
  equal(from.data.item.stars, 5);
  await gateway.stop();
});

await check("through the gateway a supplier sees its own order, and nothing of another's", async () => {
  const sdl = await sdlOf(GRAPH_URL, as(GRAPH_SUPPLIER_TOKEN));
  const supergraph = composed({ skein: { url: GRAPH_URL, sdl }, ratings: subgraph });
  const gateway = await served(supergraph, 0);
  const { data } = await asked(gateway.url, GRAPH_SUPPLIER_TOKEN, "{ ratings { stars order { number status } } }");
  equal(data.ratings[1].order, { number: own.number, ...(await statusOf(GRAPH_SUPPLIER_TOKEN, own)) });
  equal([data.ratings[2].order, data.ratings[3].order], [null, null]);
  await gateway.stop();
});

other.close();
process.exit(0);
