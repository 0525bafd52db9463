/** The database, shared or in the data folder. */
import type { CliPorts, DatabaseCheck, DatabasePlace } from "../cli_ports.ts";
import { messageOf, type Verdict } from "./finding.ts";

/** Whether the database opens, and has a schema that this program knows. */
export function checkDatabase(found: DatabaseCheck): Verdict {
  switch (found.kind) {
    case "absent":
      return { level: "ok", detail: "none yet; the first start makes it" };
    case "ok":
      return { level: "ok", detail: `opens, schema version ${found.schemaVersion}` };
    case "in_use":
      return { level: "ok", detail: `in use: ${found.detail}` };
    case "risky":
      return { level: "warn", detail: found.detail };
    case "failed":
      return { level: "FAIL", detail: found.detail };
  }
}

/** Whether every page is sound, and every task agrees with its runs, dependencies and counters. */
export async function checkContents(place: DatabasePlace, ports: CliPorts): Promise<Verdict> {
  try {
    const { tasks, live } = await ports.inspectDatabase(place);
    const [all, left] = [tasks, live].map((count) => count.toLocaleString("en"));
    return { level: "ok", detail: `sound: ${all} tasks, ${left} of them to finish` };
  } catch (error) {
    const stop = place.databaseUrl === null ? "the node" : "all nodes";
    const detail = `${messageOf(error)}; stop ${stop} and restore the last good backup`;
    return { level: "FAIL", detail };
  }
}
