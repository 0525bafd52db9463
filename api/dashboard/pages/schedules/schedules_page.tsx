/** The schedules: what fires when, and whether it does. */
import { useMemo, useState } from "react";
import type { ScheduleAnswer } from "../../../schema.ts";
import { useSchedules } from "../../data/schedules.ts";
import { useAllowed } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { TimeText } from "../../ui/time_text.tsx";
import { ScheduleEditor } from "../schedule/schedule_editor.tsx";
import { type ScheduleAction, ScheduleDialogs, workText } from "./schedule_dialogs.tsx";
import { ScheduleState } from "./schedule_state.tsx";

/** What is to be done with which schedule. */
interface Asked {
  readonly schedule: ScheduleAnswer;
  readonly action: ScheduleAction;
}

/** The page at `/schedules`. */
export function SchedulesPage() {
  const schedules = useSchedules();
  const [isAdmin, mayWrite] = [useAllowed("admin"), useAllowed("tasks:write")];
  const [asked, setAsked] = useState<Asked | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [isNew, setNew] = useState(false);
  const columns = useMemo(
    () => columnsFor({ isAdmin, mayWrite, onAsk: setAsked }),
    [isAdmin, mayWrite],
  );
  return (
    <>
      <PageHeader
        title="Schedules"
        actions={isAdmin
          ? <Button icon="plus" onClick={() => setNew(true)}>New schedule</Button>
          : undefined}
      />
      {note === null ? null : <p className="note" role="status">{note}</p>}
      <DataTable
        caption="Schedules"
        columns={columns}
        rows={schedules.data}
        rowKey={({ name }) => name}
        rowLink={({ name }) => `/schedules/${encodeURIComponent(name)}`}
        problem={schedules.error}
        onRetry={() => schedules.refetch()}
        empty={
          <EmptyState title="No schedule yet.">
            A schedule starts a task or a workflow at the times of a cron expression.
          </EmptyState>
        }
      />
      <ScheduleDialogs
        schedule={asked?.schedule ?? null}
        action={asked?.action ?? null}
        onClose={() => setAsked(null)}
        onNote={setNote}
      />
      <ScheduleEditor schedule={null} open={isNew} onClose={() => setNew(false)} />
    </>
  );
}

interface ColumnOptions {
  readonly isAdmin: boolean;
  readonly mayWrite: boolean;
  readonly onAsk: (asked: Asked) => void;
}

function columnsFor(
  { isAdmin, mayWrite, onAsk }: ColumnOptions,
): readonly Column<ScheduleAnswer>[] {
  const actions: Column<ScheduleAnswer> = {
    id: "actions",
    header: "Actions",
    align: "end",
    cell: (schedule) => (
      <span className="row-actions">
        {mayWrite
          ? (
            <Button icon="play" onClick={() => onAsk({ schedule, action: "trigger" })}>
              Trigger <span className="visually-hidden">{schedule.name}</span>
            </Button>
          )
          : null}
        {isAdmin
          ? (
            <Button
              icon={schedule.paused ? "play" : "pause"}
              onClick={() => onAsk({ schedule, action: "pause" })}
            >
              {schedule.paused ? "Resume" : "Pause"}{" "}
              <span className="visually-hidden">{schedule.name}</span>
            </Button>
          )
          : null}
      </span>
    ),
  };
  return isAdmin || mayWrite ? [...COLUMNS, actions] : COLUMNS;
}

const COLUMNS: readonly Column<ScheduleAnswer>[] = [
  { id: "name", header: "Schedule", cell: ({ name }) => <strong>{name}</strong> },
  { id: "state", header: "State", cell: ({ paused }) => <ScheduleState paused={paused} /> },
  {
    id: "when",
    header: "When",
    cell: ({ cron, timezone }) => (
      <span>
        <code className="keep">{cron}</code> <span className="muted keep">{timezone}</span>
      </span>
    ),
  },
  { id: "starts", header: "Starts", cell: workText },
  {
    id: "next",
    header: "Next",
    cell: ({ paused, nextFireTimes }) =>
      paused ? <span className="muted">–</span> : <TimeText value={nextFireTimes[0] ?? null} />,
  },
  {
    id: "last",
    header: "Last",
    wideOnly: true,
    cell: ({ lastFiredAt }) => <TimeText value={lastFiredAt} />,
  },
];
