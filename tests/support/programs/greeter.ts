/** A user's program with a node in it. Its argument is the data folder. */
import { start, task } from "dtask";

export const greet = task({ name: "greet", run: ([who]) => `Hello ${who}` });

if (import.meta.main) {
  const [data = "./data"] = Deno.args;
  const node = await start({ tasks: import.meta.url, http: "127.0.0.1:0", grpc: false, data });
  const stopped = node.untilStopped(); // from here on a signal is heard
  const { id } = await node.client.submit({ method: "greet", args: ["you"] });
  const { result } = await node.client.result(id, { waitMs: 60_000 });
  console.log(JSON.stringify({ url: node.url, id, result }));
  Deno.exit(await stopped);
}
