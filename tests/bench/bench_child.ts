import type { LoadResult } from "../support/load.ts";
import type { GrpcLoad, GrpcPlan } from "./grpc_load_generator.ts";
import type { GeneratorPlan } from "./load_generator.ts";

/** A program of the bench, in a process of its own so that no one measures another's garbage. */
function command(
  module: string,
  args: readonly string[],
  rights: readonly string[] = [],
): Deno.Command {
  const path = new URL(module, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", ...rights, path, ...args],
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
export function startEchoServer(): Promise<EchoServer> {
  return startServer(command("./echo_server.ts", []));
}

/** The same of gRPC; its library reads environment variables. */
export function startGrpcEchoServer(): Promise<EchoServer> {
  return startServer(command("./grpc_echo_server.ts", [], ["--allow-env"]));
}

async function startServer(server: Deno.Command): Promise<EchoServer> {
  const child = server.spawn();
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
export function generateLoad(plan: GeneratorPlan): Promise<LoadResult> {
  return readOutput(command("./load_generator.ts", [JSON.stringify(plan)]));
}

/** The same of gRPC. */
export function startGrpcLoad(plan: GrpcPlan): Promise<GrpcLoad> {
  const rights = ["--allow-env", "--allow-read"];
  return readOutput(command("./grpc_load_generator.ts", [JSON.stringify(plan)], rights));
}

async function readOutput<T>(generator: Deno.Command): Promise<T> {
  const { success, stdout } = await generator.output();
  if (!success) throw new Error("The load generator failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
