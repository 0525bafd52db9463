import assert from "node:assert/strict";
import { ServerClock } from "../../../actors/storage/postgres/server_clock.ts";

const SERVER = 1_763_755_200_000;

Deno.test("server clock goes on between two looks", () => {
  let monotonic = 100;
  const clock = new ServerClock(() => monotonic);
  clock.look(SERVER);
  assert.equal(clock.now(), SERVER);
  monotonic += 1_234.5;
  assert.equal(clock.now(), SERVER + 1_234);
});

Deno.test("server clock does not run back because an answer came late", () => {
  let monotonic = 0;
  const clock = new ServerClock(() => monotonic);
  clock.look(SERVER);
  monotonic = 500;
  // Said at 460, heard at 500.
  clock.look(SERVER + 460);
  assert.ok(clock.now() >= SERVER + 499);
});

Deno.test("server clock follows a server whose clock goes slower", () => {
  let monotonic = 0;
  const clock = new ServerClock(() => monotonic);
  clock.look(SERVER);
  for (let look = 1; look <= 100; look++) {
    monotonic = look * 1_000;
    clock.look(SERVER + look * 999.5);
  }
  assert.ok(Math.abs(clock.now() - (SERVER + 99_950)) <= 1);
});

Deno.test("server clock is set when the server's is", () => {
  let monotonic = 0;
  const clock = new ServerClock(() => monotonic);
  clock.look(SERVER);
  monotonic = 10;
  clock.look(SERVER - 60_000);
  assert.equal(clock.now(), SERVER - 60_000);
  clock.look(SERVER);
  assert.equal(clock.now(), SERVER);
});

Deno.test("server clock tells no time before the first look", () => {
  assert.throws(() => new ServerClock().now(), /was not looked at/);
});
