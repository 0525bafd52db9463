/** Tasks that try what task code without rights must not be able to do. */
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { task } from "dtask";

/** Attempts by name; each takes a port of this machine and the path of a file. */
const ATTEMPTS: Record<string, (port: number, path: string) => unknown> = {
  readFile: (_port, path) => Deno.readTextFile(path),
  readFolder: async () => (await Array.fromAsync(Deno.readDir("."))).length,
  readByNode: (_port, path) => readFileSync(path, "utf8"),
  stat: (_port, path) => Deno.stat(path),
  write: (_port, path) => Deno.writeTextFile(`${path}.new`, "x"),
  remove: (_port, path) => Deno.remove(path),
  makeTemp: () => Deno.makeTempFile(),
  connect: async (port) => (await Deno.connect({ hostname: "127.0.0.1", port })).close(),
  connectByNode: (port) =>
    new Promise((resolve, reject) => {
      createConnection({ host: "127.0.0.1", port }).on("connect", resolve).on("error", reject);
    }),
  fetch: async (port) => (await fetch(`http://127.0.0.1:${port}/healthz`)).status,
  webSocket: (port) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      socket.onopen = resolve;
      socket.onerror = () => reject(new Deno.errors.NotCapable("the socket was refused"));
    }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  resolveName: () => Deno.resolveDns("localhost", "A"),
  run: () => new Deno.Command("true").output(),
  runByNode: () => {
    const { error } = spawnSync("true");
    if (error) throw error;
  },
  env: () => Deno.env.get("HOME"),
  envAll: () => Deno.env.toObject(),
  setEnv: () => Deno.env.set("DTASK_TEST", "x"),
  envByNode: () => Object.keys({ ...process.env }),
  library: () => Deno.dlopen("libc.so.6", {}),
  system: () => Deno.hostname(),
  worker: () => {
    const code = "data:text/javascript,self.postMessage(1)";
    const permissions = { read: true } as const;
    return new Worker(code, { type: "module", deno: { permissions } });
  },
};

task({
  name: "trespass",
  async run(args) {
    const [name, port, path] = args as [string, number, string];
    const attempt = ATTEMPTS[name];
    if (attempt === undefined) throw new TypeError(`There is no attempt "${name}"`);
    try {
      await attempt(port, path);
      return "succeeded";
    } catch (error) {
      return error instanceof Error ? refusalOf(error) : String(error);
    }
  },
});

/** Names of the attempts, and which rights the isolate believes to have. */
task({
  name: "trespass.survey",
  async run() {
    const rights = ["read", "write", "net", "env", "run", "ffi", "sys"] as const;
    const states = await Promise.all(rights.map((name) => Deno.permissions.request({ name })));
    return {
      attempts: Object.keys(ATTEMPTS),
      granted: rights.filter((_, index) => states[index]?.state !== "denied"),
      ports: portsWithinReach(),
    };
  },
});

/** Message ports that task code could find: with one it could speak in the name of its executor. */
function portsWithinReach(): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    if (seen.has(value) || depth > 4) return;
    seen.add(value);
    if (value instanceof MessagePort) found.push(path);
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      visit(property?.value, `${path}.${String(key)}`, depth + 1);
    }
  };
  visit(globalThis, "globalThis", 0);
  return found;
}

/** `refused` for a right that is missing, whatever the interface calls it. */
function refusalOf(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  const missing = error instanceof Deno.errors.NotCapable || /^(EPERM|EACCES)$/.test(code) ||
    /\b(NotCapable|PermissionDenied)\b|Requires \w+ access|escalate/.test(`${error}`);
  return missing ? "refused" : `${error.name}: ${error.message}`;
}
