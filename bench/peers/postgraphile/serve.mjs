// PostGraphile 5 over the benchmark's database, with the settings its documentation recommends for production.
// The address comes from PGHOST, PGUSER and PGDATABASE. idleTimeoutMillis 0: node-pg otherwise closes idle connections after 10 s, and the next sample would pay for new ones.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const port = Number(process.env.PORT);
const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [
    makePgService({
      poolConfig: { max: 10, idleTimeoutMillis: 0 },
      schemas: ["public"],
      pubsub: false,
    }),
  ],
  schema: { defaultBehavior: "+list +connection" },
  grafserv: { port, graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1", () => console.log("listening"));
