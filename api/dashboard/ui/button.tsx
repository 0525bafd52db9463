/** A button with a word on it; while it is busy it says so and takes no second press. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing to do here; `danger`: cannot be taken back; `quiet`: without a frame. */
  readonly kind?: "normal" | "primary" | "danger" | "quiet";
  readonly icon?: IconName;
  /** The words are for screen readers alone. */
  readonly iconOnly?: boolean;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A button. */
export function Button(props: ButtonProps) {
  const { kind = "normal", icon, iconOnly = false, busy = false, ...rest } = props;
  const { children, className, disabled, type = "button", ...others } = rest;
  return (
    <button
      {...others}
      type={type}
      className={`button button-${kind} ${className ?? ""}`}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      <span className={iconOnly ? "visually-hidden" : undefined}>{children}</span>
    </button>
  );
}
