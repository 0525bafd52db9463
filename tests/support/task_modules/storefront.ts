/** The tasks of an imaginary shop, for pages that are to look as they do in earnest. */
import "./recorded_programs.ts";
import { NonRetryableError, task } from "dtask";
import { z } from "zod";

const order = z.object({
  order: z.string().describe("Number of the order"),
  cents: z.number().int().min(1),
  currency: z.enum(["EUR", "USD"]).default("EUR"),
});

/** Declines what is expensive for good, and loses its connection to the bank now and then. */
task({
  name: "orders.charge",
  input: z.tuple([order]),
  retry: { maxAttempts: 3, initialMs: 50 },
  queue: "billing",
  async run([{ order, cents, currency }], ctx) {
    ctx.log.info("charging the card", { order, cents, currency });
    await Promise.resolve();
    if (cents > 90_000) throw new NonRetryableError(`Card of order ${order} was declined`);
    if (cents > 50_000) throw new Error("connect ETIMEDOUT bank.example:443");
    return { order, receipt: 9_007_199_254_740_993n, paid: true };
  },
});

/** Works until it is stopped, with progress and a line of the log now and then. */
task({
  name: "images.resize",
  input: z.tuple([z.object({ source: z.string(), widths: z.array(z.number().int().min(16)) })]),
  queue: "images",
  async run([{ source, widths }], ctx) {
    ctx.log.info("reading the picture", { source });
    ctx.progress(0.25, `width ${widths[0]}`);
    ctx.log.warn("the picture has no colour profile; sRGB is taken", { source });
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
  },
});

/** Sends nothing. */
task({
  name: "mail.send",
  input: z.tuple([z.object({ to: z.string().email(), subject: z.string().max(200) })]),
  queue: "mail",
  run([{ to, subject }], ctx) {
    ctx.log.debug("handed to the mail server", { to });
    return { accepted: true, subject, size: new TextEncoder().encode(subject) };
  },
});

/** Adds up. */
task({
  name: "reports.daily",
  input: z.tuple([z.object({ day: z.string() })]),
  async run([{ day }]) {
    return await Promise.resolve({ day, orders: 1_284, revenue: 5_120_433.5 });
  },
});
