/** The head of a page: where it stands, what it is, what can be done with it. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useTitle } from "./use_title.ts";

interface PageHeaderProps {
  /** Also the title of the tab. */
  readonly title: string;
  /** Beside the title: a badge, a count. */
  readonly aside?: ReactNode;
  /** The buttons. */
  readonly actions?: ReactNode;
  readonly breadcrumbs?: readonly Crumb[];
}

/** A page above this one. */
export interface Crumb {
  readonly label: string;
  readonly href: string;
}

/** The head, with the page's only first heading. */
export function PageHeader({ title, aside, actions, breadcrumbs = [] }: PageHeaderProps) {
  useTitle(title);
  return (
    <header className="page-head">
      {breadcrumbs.length === 0 ? null : <Breadcrumbs crumbs={breadcrumbs} />}
      <div className="page-head-row">
        <h1>{title}</h1>
        {aside}
        {actions === undefined ? null : <div className="page-actions">{actions}</div>}
      </div>
    </header>
  );
}

/** The way back up. */
export function Breadcrumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }) {
  return (
    <nav className="breadcrumbs" aria-label="Breadcrumbs">
      <ol>
        {crumbs.map(({ label, href }) => (
          <li key={href}>
            <Link href={href}>{label}</Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
