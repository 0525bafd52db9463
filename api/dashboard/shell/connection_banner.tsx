/** Says plainly when what is shown is not live. */
import { useConnection } from "../data/pulse.ts";
import { useNow } from "../ui/clock.ts";
import { formatTime } from "../ui/format.ts";

/** A short cut is none: nobody has to know of a reconnection that is over before it can be read. */
const PATIENCE_MS = 2_000;

/** The banner; nothing while the connection stands. */
export function ConnectionBanner() {
  const { state, since } = useConnection();
  const now = useNow();
  const lost = state !== "live" && now - since >= PATIENCE_MS;
  return (
    <div role="status" className="connection">
      {lost
        ? (
          <p className="note note-warning">
            The connection to the server is lost since{" "}
            {formatTime(since)}. What is shown is from before; trying again.
          </p>
        )
        : null}
    </div>
  );
}
