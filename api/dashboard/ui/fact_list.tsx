/** What is known of one thing: names with their values. */
import type { ReactNode } from "react";

/** A name and its value. */
export type Fact = readonly [name: string, value: ReactNode];

/** The list. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts card">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
