/** Tasks that say, or do not say, that they are alive. */
import { task } from "dtask";

/** Silent for ever at its first attempt, whatever its signal says; beats at the second. */
task({
  name: "beat.deaf",
  run: async (_args, ctx) => {
    if (ctx.attempt === 1) await new Promise(() => {});
    return await beat(10, ctx.heartbeat);
  },
});

/** The same, but it listens to its signal. */
task({
  name: "beat.listening",
  run: async (_args, ctx) => {
    if (ctx.attempt === 1) {
      await new Promise((_, reject) =>
        ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))
      );
    }
    return await beat(10, ctx.heartbeat);
  },
});

/** The same in a pool of its own, where its promise is awaited. */
task({
  name: "beat.defined",
  mode: "blocking",
  heartbeatTimeoutMs: 1_000,
  retry: { initialMs: 0 },
  run: (_args, ctx) => ctx.attempt === 1 ? new Promise(() => {}) : beat(10, ctx.heartbeat),
});

/** Beats `count` times, each within the second that the tests allow; answers how often. */
async function beat(count: number, heartbeat: () => void): Promise<number> {
  for (let beats = 0; beats < count; beats++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    heartbeat();
  }
  return count;
}
