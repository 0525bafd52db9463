/** The way to every page. */
import { Link, useLocation } from "wouter";
import { PAGES } from "../pages/pages.ts";
import { useSession } from "../session/session.ts";
import { allows } from "../session/token.ts";
import { Icon } from "../ui/icon.tsx";

interface NavigationProps {
  /** Seen on a phone; elsewhere it always is. */
  readonly open: boolean;
  readonly onLeave: () => void;
}

/** Links to the pages that one may see. */
export function Navigation({ open, onLeave }: NavigationProps) {
  const { scopes } = useSession();
  const [location] = useLocation();
  return (
    <nav id="navigation" className="side" aria-label="Pages" data-open={open}>
      <ul>
        {PAGES.map(({ path, navigation, scope = "tasks:read" }) =>
          navigation === undefined || !allows(scopes, scope) ? null : (
            <li key={path}>
              <Link
                href={path}
                className="side-link"
                aria-current={isAt(path, location) ? "page" : undefined}
                onClick={onLeave}
              >
                <Icon name={navigation.icon} />
                {navigation.label}
              </Link>
            </li>
          )
        )}
        <li className="side-end">
          <a className="side-link" href="/docs">
            <Icon name="book" />
            API documentation
          </a>
        </li>
      </ul>
    </nav>
  );
}

/** A page below `path` belongs to it, but all would belong to the first. */
function isAt(path: string, location: string): boolean {
  return location === path || (path !== "/" && location.startsWith(`${path}/`));
}
