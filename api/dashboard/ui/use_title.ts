/** The title of the tab, which is also what screen readers say of a page first. */
import { useEffect } from "react";

/** Names the tab for as long as the component is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · dtask`;
  }, [title]);
}
