/** One number with its name. */
import type { ReactNode } from "react";

interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** A word below: of what, since when. */
  readonly note?: ReactNode;
  readonly tone?: "neutral" | "good" | "bad";
}

/** Belongs into `StatList`. */
export function Stat({ label, value, note, tone = "neutral" }: StatProps) {
  return (
    <div className={`stat stat-${tone}`}>
      <dt>{label}</dt>
      <dd className="stat-value">{value}</dd>
      {note === undefined ? null : <dd className="stat-note">{note}</dd>}
    </div>
  );
}

/** Numbers side by side. */
export function StatList({ children }: { readonly children: ReactNode }) {
  return <dl className="stat-list">{children}</dl>;
}
