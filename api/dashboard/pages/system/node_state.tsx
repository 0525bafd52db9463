/** The state of a node as colour, picture and word. */
import type { NodeView } from "../../../schema.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";

const STATES: Readonly<
  Record<NodeView["state"], { readonly icon: IconName; readonly look: string }>
> = {
  active: { icon: "check", look: "completed" },
  suspect: { icon: "clock", look: "blocked" },
  lost: { icon: "failed", look: "failed" },
  left: { icon: "cancelled", look: "cancelled" },
};

/** The badge. */
export function NodeState({ state }: Pick<NodeView, "state">) {
  const { icon, look } = STATES[state];
  return (
    <span className={`badge status-${look}`}>
      <Icon name={icon} />
      {state}
    </span>
  );
}
