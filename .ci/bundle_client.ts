/**
 * Makes one JavaScript module of the client library, for programs in Node and for web pages, with its
 * types left out and nothing to install beside it.
 *
 *     deno task client [--output FILE]
 */
import { runDeno } from "./child_process.ts";

const DEFAULT_OUTPUT = "dist/dtask_client.js";

/** Writes the module; throws with what `deno bundle` says where that is impossible. */
export async function bundleClient(output: string): Promise<void> {
  const entry = new URL("../api/client/mod.ts", import.meta.url);
  await bundle(entry.pathname, output);
}

/** Writes `entry` and all that it imports as one module for browsers, which Node takes, too. */
export async function bundle(entry: string, output: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform=browser", "--output", output, entry];
  const { success, output: said } = await runDeno(args);
  if (!success) throw new Error(`Cannot bundle ${entry}:\n${said}`);
}

if (import.meta.main) {
  const [option, value, ...rest] = Deno.args.flatMap((arg) => arg.split("="));
  if (rest.length > 0 || option !== undefined && (option !== "--output" || value === undefined)) {
    console.error(`Cannot bundle with "${Deno.args.join(" ")}": give --output FILE or nothing`);
    Deno.exit(2);
  }
  const output = value ?? DEFAULT_OUTPUT;
  await bundleClient(output);
  console.log(`made ${output}`);
}
