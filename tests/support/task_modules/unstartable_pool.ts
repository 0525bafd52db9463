/** A module that loads where nothing is allowed, and throws where its task has its rights. */
import { task } from "dtask";

const { state } = await Deno.permissions.query({ name: "env", variable: "NEEDED" });
if (state === "granted") throw new Error("the pool with rights cannot load this");

export const needy = task({
  name: "needy",
  permissions: { env: ["NEEDED"] },
  run() {
    return Deno.env.get("NEEDED") ?? null;
  },
});
