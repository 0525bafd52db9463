/** Operations on the node itself: what it can run, and what it consists of. */
import type { MethodView, SystemView } from "../schema.ts";
import { systemView } from "../system_view.ts";
import { methodView } from "../task_view.ts";
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
    const { service, commits } = node;
    const [system, loads] = await Promise.all([service.system(), service.executors()]);
    const executors = loads.ok ? loads.value : null;
    return mapped(
      system,
      (status) => systemView(status, { executors, commits: commits.summary() }),
    );
  },
};
