/** Which span of time is looked at. */
import { useLocation } from "wouter";
import type { TrafficWindow } from "../../../schema.ts";
import { windowPath, WINDOWS } from "./windows.ts";

/** One of the spans; the choice is in the address. */
export function WindowChoice({ chosen }: { readonly chosen: TrafficWindow }) {
  const [, navigate] = useLocation();
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">Span of time</legend>
      {WINDOWS.map(({ window, label }) => (
        <label key={window} className="segment">
          <input
            type="radio"
            name="window"
            value={window}
            checked={window === chosen}
            onChange={() => navigate(windowPath(window), { replace: true })}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
