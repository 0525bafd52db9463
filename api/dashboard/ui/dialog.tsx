/** A dialog over the page: the focus stays in it and goes back to where it was. */
import * as Ariakit from "@ariakit/react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** For forms with much in them. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A dialog with its title. */
export function Dialog({ title, open, onClose, wide = false, children }: DialogProps) {
  return (
    <Ariakit.Dialog
      open={open}
      onClose={onClose}
      unmountOnHide
      className={`dialog ${wide ? "dialog-wide" : ""}`}
      backdrop={<div className="backdrop" />}
    >
      <header className="dialog-head">
        <Ariakit.DialogHeading className="dialog-title">{title}</Ariakit.DialogHeading>
        <Button kind="quiet" icon="close" iconOnly onClick={onClose}>Close</Button>
      </header>
      {children}
    </Ariakit.Dialog>
  );
}
