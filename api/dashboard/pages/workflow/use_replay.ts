/** The clock of a replay: where it stands, whether it plays, how fast. */
import { useEffect, useMemo, useState } from "react";
import type { Recording } from "./recording.ts";

/** A replay as it is seen and steered; `at` null: what is shown is live. */
export interface Replay {
  /** Epoch ms. */
  readonly at: number | null;
  readonly playing: boolean;
  readonly speed: number;
  readonly play: () => void;
  readonly pause: () => void;
  readonly seek: (at: number) => void;
  readonly setSpeed: (speed: number) => void;
  readonly goLive: () => void;
}

/** Times faster than it was. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_000] as const;
/** A replay that nobody sets takes about so long. */
const WHOLE_MS = 12_000;
/** Between two pictures. */
const FRAME_MS = 66;

/** The replay of a recording. */
export function useReplay({ from, to }: Pick<Recording, "from" | "to">): Replay {
  const [at, setAt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [chosen, setSpeed] = useState<number | null>(null);
  const speed = chosen ?? fittingSpeed(to - from);
  useEffect(() => {
    if (!playing) return;
    let [last, frame] = [performance.now(), 0];
    const step = (now: number) => {
      frame = requestAnimationFrame(step);
      if (now - last < FRAME_MS) return;
      const passed = (now - last) * speed;
      last = now;
      setAt((before) => Math.min(to, (before ?? from) + passed));
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, from, to]);
  const over = at !== null && at >= to;
  useEffect(() => {
    if (over) setPlaying(false);
  }, [over]);
  return useMemo(() => ({
    ...{ at, playing, speed, setSpeed },
    play: () => {
      setAt((before) => before === null || before >= to ? from : before);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
    seek: (next) => setAt(next),
    goLive: () => {
      setPlaying(false);
      setAt(null);
    },
  }), [at, playing, speed, from, to]);
}

function fittingSpeed(lengthMs: number): number {
  return SPEEDS.find((speed) => lengthMs / speed <= WHOLE_MS) ?? 1_000;
}
