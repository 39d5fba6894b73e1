// A federated graph in this process: subgraphs composed by Apollo's composition and served by its gateway.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { composeServices } from "@apollo/composition";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse } from "graphql";

/** The schema that a subgraph says it has. */
export async function sdlOf(url, headers = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  return (await response.json()).data._service.sdl;
}

/** The supergraph of {name: {url, sdl}}. */
export function composed(subgraphs) {
  const services = Object.entries(subgraphs).map(([name, { url, sdl }]) => ({ name, url, typeDefs: parse(sdl) }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) throw new Error(errors.map((error) => error.message).join("; "));
  return supergraphSdl;
}

/** A gateway over a supergraph, which hands the caller's credential to every subgraph. */
export async function served(supergraphSdl, port) {
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest({ request, context }) {
          if (context.authorization) request.http.headers.set("authorization", context.authorization);
        },
      }),
  });
  const server = new ApolloServer({ gateway });
  const context = async ({ req }) => ({ authorization: req.headers.authorization });
  const { url } = await startStandaloneServer(server, { listen: { port }, context });
  return { url, stop: () => server.stop() };
}
