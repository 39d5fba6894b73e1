// The alerts on a terminal: SKEIN_URL, SKEIN_TOKEN, and SKEIN_JOURNAL, a file that stands for the app's own database.
//
// A line of the journal holds an event and its cursor, so what was done and how far it went are written as one: an app that is
// killed at any moment does nothing twice.
import { appendFile, readFile } from "node:fs/promises";
import WebSocket from "ws";
import { watchAlerts } from "./alerts.js";

const { SKEIN_URL = "ws://127.0.0.1:8000/graphql", SKEIN_TOKEN = "", SKEIN_JOURNAL = "journal" } = process.env;

await watchAlerts({
  url: SKEIN_URL,
  token: async () => SKEIN_TOKEN,
  webSocketImpl: WebSocket,
  place: {
    load: async () => {
      const lines = (await readFile(SKEIN_JOURNAL, "utf8").catch(() => "")).trimEnd().split("\n");
      return lines.at(-1)?.split(" ")[0] || null;
    },
    // A cursor is kept with its event; only that there is none any more is a line of its own.
    save: async (cursor) => {
      if (cursor === null) await appendFile(SKEIN_JOURNAL, " RESYNC\n");
    },
  },
  handle: async ({ cursor, kind, alert }) => {
    await appendFile(SKEIN_JOURNAL, `${cursor} ${kind} ${alert.number} ${alert.message}\n`);
    console.log(`${kind} ${alert.number} ${alert.message}`);
  },
  resync: async () => console.log("RESYNC"),
});
