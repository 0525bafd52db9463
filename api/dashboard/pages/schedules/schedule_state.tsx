import { Icon } from "../../ui/icon.tsx";

/** Whether a schedule fires. */
export function ScheduleState({ paused }: { readonly paused: boolean }) {
  return (
    <span className={`badge ${paused ? "status-blocked" : "status-completed"}`}>
      <Icon name={paused ? "pause" : "play"} />
      {paused ? "paused" : "active"}
    </span>
  );
}
