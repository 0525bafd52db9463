/** The state of a node, or of a part of it. */
import type { NodeView } from "../../../schema.ts";
import { Badge, type BadgeLook } from "../../ui/badge.tsx";

type State = NodeView["state"] | NodeView["actors"][number]["state"];

const LOOKS: Readonly<Record<State, BadgeLook>> = {
  starting: { icon: "clock", like: "pending" },
  ready: { icon: "check", like: "completed" },
  restarting: { icon: "retry", like: "blocked" },
  stopping: { icon: "pause", like: "blocked" },
  stopped: { icon: "cancelled", like: "cancelled" },
  failed: { icon: "failed", like: "failed" },
  active: { icon: "check", like: "completed" },
  suspect: { icon: "clock", like: "blocked" },
  lost: { icon: "failed", like: "failed" },
  left: { icon: "cancelled", like: "cancelled" },
};

/** The badge. */
export function StateBadge({ state }: { readonly state: State }) {
  return <Badge {...LOOKS[state]}>{state}</Badge>;
}
