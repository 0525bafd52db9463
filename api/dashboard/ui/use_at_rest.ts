/** Whether somebody is reading a list, or has only just opened it. */
import { type RefObject, useEffect, useState } from "react";

/** True while the page is scrolled to its very top and nothing inside of `list` has the focus. */
export function useAtRest(list: RefObject<HTMLElement | null>): boolean {
  const [atRest, setAtRest] = useState(true);
  useEffect(() => {
    const look = () => {
      const focused = list.current?.contains(document.activeElement) === true;
      setAtRest(scrollY <= 0 && !focused);
    };
    look();
    const ended = new AbortController();
    const options = { signal: ended.signal, passive: true };
    addEventListener("scroll", look, options);
    for (const event of ["focusin", "focusout"]) {
      // The focus has moved only after the event.
      document.addEventListener(event, () => queueMicrotask(look), options);
    }
    return () => ended.abort();
  }, [list]);
  return atRest;
}
