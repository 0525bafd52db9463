/** Steers the replay: play, the time as a slider, the speed, and back to what is now. */
import { Button } from "../../ui/button.tsx";
import { formatDuration, formatExactTime } from "../../ui/format.ts";
import type { Recording } from "./recording.ts";
import { type Replay, SPEEDS } from "./use_replay.ts";

interface ReplayBarProps {
  readonly replay: Replay;
  readonly recording: Recording;
  /** The workflow still runs: what is now is live. */
  readonly running: boolean;
}

/** Steps of the slider. */
const STEPS = 1_000;

/** The bar. */
export function ReplayBar({ replay, recording, running }: ReplayBarProps) {
  const { at, playing, speed } = replay;
  const { from, to } = recording;
  const length = to - from;
  const now = at ?? to;
  const passed = formatDuration(now - from);
  return (
    <div className="replay" role="group" aria-label="Replay">
      <Button icon={playing ? "pause" : "play"} onClick={playing ? replay.pause : replay.play}>
        {playing ? "Pause" : "Replay"}
      </Button>
      <input
        type="range"
        aria-label="Time in the run"
        aria-valuetext={at === null ? "now" : `${passed} after the start`}
        min={0}
        max={STEPS}
        value={length === 0 ? STEPS : Math.round(STEPS * (now - from) / length)}
        onChange={({ target }) => {
          replay.pause();
          replay.seek(from + length * Number(target.value) / STEPS);
        }}
      />
      <span className="replay-time number" title={formatExactTime(now)}>
        {passed} of {formatDuration(length)}
      </span>
      <label className="replay-speed">
        <span className="visually-hidden">Speed</span>
        <select value={speed} onChange={({ target }) => replay.setSpeed(Number(target.value))}>
          {SPEEDS.map((value) => <option key={value} value={value}>{value}×</option>)}
        </select>
      </label>
      <Button kind="quiet" disabled={at === null} onClick={replay.goLive}>
        {running ? "Live" : "As it ended"}
      </Button>
    </div>
  );
}
