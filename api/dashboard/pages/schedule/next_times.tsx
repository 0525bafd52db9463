import { TimeText } from "../../ui/time_text.tsx";
import { formatInZone, userZone } from "./zone_time.ts";

interface NextTimesProps {
  readonly times: readonly string[];
  readonly timezone: string;
  readonly paused: boolean;
}

/** When a schedule fires next: in its own time zone, and in the user's where that is another. */
export function NextTimes({ times, timezone, paused }: NextTimesProps) {
  const own = userZone();
  const zones = own === timezone ? [timezone] : [timezone, own];
  if (times.length === 0) {
    return <p className="muted">Its expression stands for no time to come.</p>;
  }
  return (
    <>
      {paused ? <p className="muted">If it were resumed now:</p> : null}
      <table className="table">
        <caption className="visually-hidden">Next times</caption>
        <thead>
          <tr>
            <th scope="col">In</th>
            {zones.map((zone) => <th scope="col" key={zone}>{zone}</th>)}
          </tr>
        </thead>
        <tbody>
          {times.map((time) => (
            <tr key={time}>
              <td data-label="In">
                <TimeText value={time} />
              </td>
              {zones.map((zone) => (
                <td key={zone} data-label={zone}>{formatInZone(Date.parse(time), zone)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
