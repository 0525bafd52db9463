/** What something is, as colour, picture and word: none of them alone. */
import type { ReactNode } from "react";
import type { TaskView } from "../../schema.ts";
import { Icon, type IconName } from "./icon.tsx";

/** How a badge looks. */
export interface BadgeLook {
  readonly icon: IconName;
  /** The status of a task whose colour it has. */
  readonly like: TaskView["status"];
}

/** The badge around its word. */
export function Badge({ icon, like, children }: BadgeLook & { readonly children: ReactNode }) {
  return (
    <span className={`badge status-${like}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
