/** Pages of a list that the server gives by cursor: forward as it says, back as one came. */
import { useState } from "react";
import { Button } from "./button.tsx";

/** Where one is in a list. */
export interface CursorPages {
  /** The cursor of the page that is seen; null on the first. */
  readonly cursor: string | null;
  /** From 1. */
  readonly page: number;
  readonly onNext: (nextCursor: string) => void;
  readonly onPrevious: () => void;
}

/** Keeps the way through a list; it starts anew when `key`, the filter as text, changes. */
export function useCursorPages(key: string): CursorPages {
  const [way, setWay] = useState<{ key: string; cursors: readonly string[] }>({ key, cursors: [] });
  const cursors = way.key === key ? way.cursors : [];
  return {
    cursor: cursors.at(-1) ?? null,
    page: cursors.length + 1,
    onNext: (next) => setWay({ key, cursors: [...cursors, next] }),
    onPrevious: () => setWay({ key, cursors: cursors.slice(0, -1) }),
  };
}

interface PagerProps {
  readonly pages: CursorPages;
  /** What the server gave with the page that is seen; null on the last. */
  readonly nextCursor: string | null;
}

/** The buttons below a list; nothing where all is on one page. */
export function Pager({ pages, nextCursor }: PagerProps) {
  if (pages.page === 1 && nextCursor === null) return null;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <Button icon="arrow_left" disabled={pages.page === 1} onClick={pages.onPrevious}>
        Newer
      </Button>
      <span className="muted">Page {pages.page}</span>
      <Button
        icon="arrow_right"
        disabled={nextCursor === null}
        onClick={() => {
          if (nextCursor !== null) pages.onNext(nextCursor);
        }}
      >
        Older
      </Button>
    </nav>
  );
}
