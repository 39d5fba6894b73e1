import { createClient } from "graphql-ws";

const WATCH = `subscription Watch($after: Cursor) {
  alerts(after: $after) { cursor kind alert { id number severity message messageZh } }
}`;

export interface AlertEvent {
  cursor: string;
  kind: "RAISED" | "ACKNOWLEDGED" | "RESOLVED";
  alert: { id: string; number: string; severity: string; message: string; messageZh: string };
}

/** Where the last cursor is kept across restarts: AsyncStorage, MMKV, a table of the app's own database. */
export interface Place {
  load(): Promise<string | null>;
  save(cursor: string | null): Promise<void>;
}

export interface Watching {
  url: string;
  token(): Promise<string>;
  place: Place;
  /** Called for each event, in order. Saving the cursor follows: after a crash between the two the event comes again. */
  handle(event: AlertEvent): Promise<void>;
  /** What was missed is no longer kept: read the open alerts with a query, then go on from now. */
  resync(): Promise<void>;
  /** Taken from React Native or the browser where it is left out. */
  webSocketImpl?: unknown;
}

const PAUSE_MS = 250;
const PAUSE_MS_MAX = 30_000;
// The server closes with 4403 when the credential does not hold, 4400 to 4429 when the client breaks the protocol.
const isFatal = (code: number): boolean => code >= 4400 && code < 4500;

/** Follow the alerts until the app ends: every event once, in order, across lost lines and restarts. */
export async function watchAlerts(watching: Watching): Promise<never> {
  let pause = PAUSE_MS;
  for (;;) {
    const client = createClient({
      url: watching.url,
      webSocketImpl: watching.webSocketImpl,
      connectionParams: async () => ({ Authorization: `Bearer ${await watching.token()}` }),
      // Its own retries would subscribe after the old cursor again; the loop here takes the newest.
      retryAttempts: 0,
    });
    try {
      const after = await watching.place.load();
      for await (const result of client.iterate<{ alerts: AlertEvent }>({ query: WATCH, variables: { after } })) {
        if (!result.data) throw result.errors;
        await watching.handle(result.data.alerts);
        await watching.place.save(result.data.alerts.cursor);
        pause = PAUSE_MS;
      }
    } catch (fault) {
      if (codeOf(fault) === "RESYNC_REQUIRED") {
        await watching.place.save(null);
        await watching.resync();
        continue;
      }
      if (isCloseEvent(fault) && isFatal(fault.code)) throw fault;
      if (codeOf(fault) !== undefined && codeOf(fault) !== "THROTTLED") throw fault;
    } finally {
      await client.dispose();
    }
    // Half of the pause is chance, so that ten thousand phones do not come back in the same moment.
    await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, PAUSE_MS_MAX);
  }
}

function isCloseEvent(fault: unknown): fault is { code: number; reason: string } {
  return typeof fault === "object" && fault !== null && typeof (fault as { code?: unknown }).code === "number";
}

/** The code of a refused operation: an `error` message is an array of GraphQL errors. */
function codeOf(fault: unknown): string | undefined {
  const errors = fault as { extensions?: { code?: string } }[];
  return Array.isArray(errors) ? errors[0]?.extensions?.code : undefined;
}
