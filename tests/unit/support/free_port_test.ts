import assert from "node:assert/strict";
import { freePort } from "../../support/free_port.ts";

Deno.test("free_port gives ports that can be listened on, and none that is taken", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  const ports = Array.from({ length: 50 }, freePort);
  assert.ok(!ports.includes(taken.addr.port));
  for (const port of ports) assert.ok(port < 32_768, "the system gives these to nobody else");
});
