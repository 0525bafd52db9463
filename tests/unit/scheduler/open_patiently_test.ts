import assert from "node:assert/strict";
import { openPatiently } from "../../../actors/scheduler/open_patiently.ts";
import { StoreFencedError, StoreUnavailableError } from "../../../actors/storage/port.ts";

function options() {
  const told: unknown[] = [];
  const supervisor = {
    tell: (message: unknown) => {
      told.push(message);
      return true;
    },
  };
  return { told, options: { node: "n-1", supervisor, retryMs: 0 } };
}

Deno.test("a start waits for a store that is away", async () => {
  let tries = 0;
  const work = () => {
    if (++tries < 3) return Promise.reject(new StoreUnavailableError("away"));
    return Promise.resolve("there");
  };
  assert.equal(await openPatiently(work, options().options), "there");
  assert.equal(tries, 3);
});

Deno.test("a start fails with the store's own words when it stays away, and at once for other reasons", async () => {
  const away = () => Promise.reject(new StoreUnavailableError("still away"));
  await assert.rejects(openPatiently(away, options().options), /still away/);
  let tries = 0;
  const broken = () => {
    tries++;
    return Promise.reject(new Error("a bug"));
  };
  await assert.rejects(openPatiently(broken, options().options), /a bug/);
  assert.equal(tries, 1);
});

Deno.test("a start as a node that was given up says so, that it begins anew", async () => {
  const { told, options: given } = options();
  const fenced = () => Promise.reject(new StoreFencedError("no member"));
  await assert.rejects(openPatiently(fenced, given), StoreFencedError);
  assert.deepEqual(told, [{ kind: "NodeFenced", node: "n-1", cause: "no member" }]);
});
