/** Operations on the node itself: what it can run, and what it consists of. */
import { ok } from "../../actors/domain/error.ts";
import type { MethodView, SystemView } from "../schema.ts";
import { isOtherMember, systemView } from "../system_view.ts";
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
    if (!system.ok) return system;
    const others = system.value.cluster.nodes.filter((other) => isOtherMember(system.value, other));
    return ok(systemView(system.value, {
      executors: loads.ok ? loads.value : null,
      runs: await service.runsOf(others.map(({ id }) => id)),
      commits: commits.summary(),
    }));
  },
};
