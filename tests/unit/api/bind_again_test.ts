import assert from "node:assert/strict";
import { bindAgain } from "../../../api/bind_again.ts";

Deno.test("bind_again tries once without patience", async () => {
  let tries = 0;
  const bind = () => {
    tries++;
    throw new Error("taken");
  };
  await assert.rejects(bindAgain(bind, { patienceMs: 0 }), /taken/);
  assert.equal(tries, 1);
});

Deno.test("bind_again takes an address that comes free", async () => {
  const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = holder.addr;
  let tries = 0;
  const bind = () => {
    if (++tries === 2) holder.close();
    return Deno.listen({ hostname: "127.0.0.1", port });
  };
  const listener = await bindAgain(bind, { patienceMs: 10_000 });
  assert.equal(listener.addr.port, port);
  listener.close();
});
