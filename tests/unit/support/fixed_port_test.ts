import assert from "node:assert/strict";
import { fixedPort } from "../../support/fixed_port.ts";

Deno.test("fixed_port gives ports that can be listened on, and none that is taken", () => {
  const first = fixedPort(() => 0.5);
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: first });
  const draws = [0.5, 0.5, 0.75];
  const second = fixedPort(() => draws.shift() ?? 0);
  assert.notEqual(second, first);
  Deno.listen({ hostname: "127.0.0.1", port: second }).close();
});

Deno.test("fixed_port gives up where every port is taken", () => {
  const first = fixedPort(() => 0.25);
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: first });
  assert.throws(() => fixedPort(() => 0.25), /no free port/);
});
