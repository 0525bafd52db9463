/** A word of explanation, by pointer and by keyboard. */
import * as Ariakit from "@ariakit/react";
import type { ReactElement, ReactNode } from "react";

interface TooltipProps {
  readonly text: ReactNode;
  /** The one element that it explains; it must be able to have the focus. */
  readonly children: ReactElement;
}

/** Explains its child. */
export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Ariakit.TooltipProvider timeout={300}>
      <Ariakit.TooltipAnchor render={children} />
      <Ariakit.Tooltip className="tooltip" gutter={4} unmountOnHide>{text}</Ariakit.Tooltip>
    </Ariakit.TooltipProvider>
  );
}
