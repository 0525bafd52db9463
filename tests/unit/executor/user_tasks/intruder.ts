/** Tasks that try what task code may not do; each says what it was told. */
import process from "node:process";
import { task } from "../../../../mod.ts";

const ATTEMPTS: Readonly<Record<string, (port: number) => unknown>> = {
  readFile: () => Deno.readTextFileSync(new URL(import.meta.url)),
  writeFile: () => Deno.writeTextFileSync("intruder.txt", ""),
  environment: () => Deno.env.get("HOME"),
  processEnvironment: () => process.env["HOME"] ?? Deno.env.toObject(),
  connect: (port) => Deno.connect({ hostname: "127.0.0.1", port }),
  fetch: (port) => fetch(`http://127.0.0.1:${port}/`),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  run: () => new Deno.Command("true").outputSync(),
  importRemote: (port) => import(`http://127.0.0.1:${port}/module.js`),
  worker: () => {
    const options = { type: "module", deno: { permissions: { read: true } } } as const;
    return new Worker("data:text/javascript,", options);
  },
  exit: () => Deno.exit(0),
  processExit: () => process.exit(0),
  close: () => self.close(),
  postMessage: () => Reflect.get(self, "postMessage").call(self, { type: "RAW" }),
  onmessage: () => Reflect.set(self, "onmessage", () => {}),
};

for (const [name, attempt] of Object.entries(ATTEMPTS)) {
  task({
    name: `intruder.${name}`,
    mode: "async",
    async run([port]) {
      await attempt(Number(port));
      return "allowed";
    },
  });
}

/** Ends its isolate: the rejection is nobody's. */
task({
  name: "intruder.escape",
  mode: "async",
  run: async () => {
    void Promise.reject(new Error("nobody awaits this"));
    await new Promise(() => {});
  },
});
