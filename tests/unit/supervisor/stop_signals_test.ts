import assert from "node:assert/strict";
import { listenForStop } from "../../../actors/supervisor/stop_signals.ts";

Deno.test("stop signals of one wish count once, and a later one asks again", async () => {
  let now = 0;
  const signals = listenForStop(() => now);
  let askedAgain = false;
  void signals.again.then(() => askedAgain = true);
  try {
    await terminateSelf();
    assert.equal(await signals.first, "SIGTERM");
    now = 1_999;
    await terminateSelf();
    assert.equal(askedAgain, false);
    now = 2_000;
    await terminateSelf();
    assert.equal(await signals.again, "SIGTERM");
  } finally {
    signals.dispose();
  }
});

/** Sends the signal and waits until listeners have heard it. */
async function terminateSelf(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  // Listening for signals does not by itself keep a program going.
  const alive = setInterval(() => {}, 1_000);
  Deno.kill(Deno.pid, "SIGTERM");
  await promise;
  clearInterval(alive);
  Deno.removeSignalListener("SIGTERM", resolve);
}
