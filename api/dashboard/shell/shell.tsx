/** What surrounds every page: header, navigation, the state of the connection, messages. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { Button } from "../ui/button.tsx";
import { CommandPalette } from "./command_palette.tsx";
import { ConnectionBanner } from "./connection_banner.tsx";
import { Navigation } from "./navigation.tsx";
import { SessionMenu } from "./session_menu.tsx";
import { Toasts } from "./toasts.tsx";

const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

/** The shell around `children`, the page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const [open, setOpen] = useState(false);
  const [searching, setSearching] = useState(false);
  const main = useFocusOnArrival(path);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">Skip to content</a>
      <header className="top">
        <Button
          className="menu-button"
          kind="quiet"
          icon="menu"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          Menu
        </Button>
        <Link className="brand" href="/">dtask</Link>
        <Button className="search-button" icon="search" onClick={() => setSearching(true)}>
          <span className="search-words">Search</span>
          <kbd aria-hidden="true">{COMMAND_KEY} K</kbd>
        </Button>
        <SessionMenu />
      </header>
      <Navigation open={open} onLeave={() => setOpen(false)} />
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
      <div className="messages">
        <ConnectionBanner />
        <Toasts />
      </div>
      <CommandPalette
        open={searching}
        page={main}
        onOpen={() => setSearching(true)}
        onClose={() => setSearching(false)}
      />
    </div>
  );
}

/** Another page begins at its top, for eyes and for screen readers; the first one where it likes. */
function useFocusOnArrival(path: string) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);
  return main;
}
