import { Badge } from "../../ui/badge.tsx";

/** Whether a schedule fires. */
export function ScheduleState({ paused }: { readonly paused: boolean }) {
  return paused
    ? <Badge icon="pause" like="blocked">paused</Badge>
    : <Badge icon="play" like="completed">active</Badge>;
}
