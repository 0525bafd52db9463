import type { LoadResult } from "../support/load.ts";
import type { GeneratorPlan } from "./load_generator.ts";

/** A program of the bench, in a process of its own so that no one measures another's garbage. */
function command(module: string, args: readonly string[]): Deno.Command {
  const path = new URL(module, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", path, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
}

/** The echo server; leaving its scope ends it. */
export interface EchoServer extends AsyncDisposable {
  readonly address: string;
}

/** Starts the echo server and gives its address. */
export async function startEchoServer(): Promise<EchoServer> {
  const child = command("./echo_server.ts", []).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("The echo server ended instead of starting");
  return {
    address: value.trim(),
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Runs the load generator to its end. */
export async function generateLoad(plan: GeneratorPlan): Promise<LoadResult> {
  const { success, stdout } = await command("./load_generator.ts", [JSON.stringify(plan)]).output();
  if (!success) throw new Error("The load generator failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
