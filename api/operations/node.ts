/** Operations on the node itself: what it can run, and what it consists of. */
import type { MethodView, SystemView } from "../schema.ts";
import { methodView, systemView } from "../task_view.ts";
import { mapped, type Operation } from "./operation.ts";
import type { List } from "./tasks.ts";

/** The registered tasks, by name. */
export const listMethods: Operation<List<MethodView>> = {
  scope: "tasks:read",
  run: async ({ node }) =>
    mapped(await node.service.methods(), (methods) => ({ items: methods.map(methodView) })),
};

/** The node, its actors, and all nodes that share its database. */
export const getSystem: Operation<SystemView> = {
  scope: "admin",
  async run({ node }) {
    const [system, slots] = await Promise.all([node.service.system(), node.service.slots()]);
    return mapped(system, (status) => systemView(status, slots.ok ? slots.value : null));
  },
};
