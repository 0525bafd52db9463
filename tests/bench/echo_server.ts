/** The yardstick: a bare Hono that parses the body of `POST /api/tasks` and answers with it. */
import { Hono } from "hono";

const app = new Hono();
app.post("/api/tasks", async (context) => context.json(await context.req.json(), 201));
app.get("/readyz", (context) => context.text("ok"));

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ hostname, port }) => console.log(`${hostname}:${port}`),
}, app.fetch);
