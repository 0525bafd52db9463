/** For what is asked of the server while somebody types. */
import { useEffect, useState } from "react";

const STILL_MS = 300;

/** `value` as it was when it had last stayed the same for a moment. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), STILL_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
