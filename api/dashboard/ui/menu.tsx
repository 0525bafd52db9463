/** A button that opens a list of things to do. */
import * as Ariakit from "@ariakit/react";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface MenuProps {
  readonly label: string;
  /** Shown instead of the label, which screen readers still say. */
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** The button and its menu; `children` are the items. */
export function Menu({ label, icon, children }: MenuProps) {
  return (
    <Ariakit.MenuProvider>
      <Ariakit.MenuButton className={`button ${icon === undefined ? "" : "button-quiet"}`}>
        {icon === undefined ? null : <Icon name={icon} />}
        <span className={icon === undefined ? undefined : "visually-hidden"}>{label}</span>
        {icon === undefined ? <Icon name="chevron" /> : null}
      </Ariakit.MenuButton>
      <Ariakit.Menu className="menu" gutter={4} unmountOnHide>{children}</Ariakit.Menu>
    </Ariakit.MenuProvider>
  );
}

interface MenuItemProps {
  readonly onClick: () => void;
  readonly danger?: boolean;
  readonly children: ReactNode;
}

/** Something to do. */
export function MenuItem({ onClick, danger = false, children }: MenuItemProps) {
  return (
    <Ariakit.MenuItem className={`menu-item ${danger ? "menu-item-danger" : ""}`} onClick={onClick}>
      {children}
    </Ariakit.MenuItem>
  );
}

/** One of several of which one is chosen. */
export function MenuChoice(
  { chosen, onClick, children }: MenuItemProps & { readonly chosen: boolean },
) {
  return (
    <Ariakit.MenuItem
      className="menu-item"
      role="menuitemradio"
      aria-checked={chosen}
      onClick={onClick}
    >
      <span className="menu-mark">{chosen ? <Icon name="check" /> : null}</span>
      {children}
    </Ariakit.MenuItem>
  );
}

/** Words between the items. */
export function MenuText({ children }: { readonly children: ReactNode }) {
  return <div className="menu-text" role="presentation">{children}</div>;
}
