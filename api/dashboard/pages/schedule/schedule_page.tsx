/** A schedule: when it fires next, what its ticks have come to, and all that can be done with it. */
import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { ScheduleAnswer } from "../../../schema.ts";
import { useSchedule } from "../../data/schedules.ts";
import { useAllowed } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { JsonView } from "../../ui/json_view.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { PageProps } from "../pages.ts";
import { type ScheduleAction, ScheduleDialogs } from "../schedules/schedule_dialogs.tsx";
import { ScheduleState } from "../schedules/schedule_state.tsx";
import { BackfillDialog } from "./backfill_dialog.tsx";
import { NextTimes } from "./next_times.tsx";
import { ScheduleEditor } from "./schedule_editor.tsx";
import { ScheduleFacts } from "./schedule_facts.tsx";
import { taskSettings } from "./schedule_form.ts";
import { TickTable } from "./tick_table.tsx";

/** What is asked about the schedule at the moment. */
type Asked = ScheduleAction | "edit" | "backfill" | null;

/** The page at `/schedules/{name}`. */
export function SchedulePage({ target }: PageProps) {
  const { data: schedule, error, refetch } = useSchedule(target);
  const [asked, setAsked] = useState<Asked>(null);
  const [note, setNote] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const close = () => setAsked(null);
  return (
    <>
      <PageHeader
        title={target}
        breadcrumbs={[{ label: "Schedules", href: "/schedules" }]}
        aside={schedule === undefined ? null : <ScheduleState paused={schedule.paused} />}
        actions={schedule === undefined
          ? undefined
          : <Actions paused={schedule.paused} onAsk={setAsked} />}
      />
      {error === null ? null : <ProblemNote problem={error} onRetry={() => refetch()} />}
      {note === null ? null : <p className="note" role="status">{note}</p>}
      {schedule === undefined
        ? error === null ? <Skeleton label="the schedule" /> : null
        : <Content schedule={schedule} />}
      <ScheduleDialogs
        schedule={schedule ?? null}
        action={asked === "edit" || asked === "backfill" ? null : asked}
        onClose={close}
        onNote={setNote}
        onDeleted={() => navigate("/schedules")}
      />
      <BackfillDialog name={target} open={asked === "backfill"} onClose={close} />
      {schedule === undefined
        ? null
        : <ScheduleEditor schedule={schedule} open={asked === "edit"} onClose={close} />}
    </>
  );
}

interface ActionsProps {
  readonly paused: boolean;
  readonly onAsk: (asked: Asked) => void;
}

function Actions({ paused, onAsk }: ActionsProps) {
  const [isAdmin, mayWrite] = [useAllowed("admin"), useAllowed("tasks:write")];
  return (
    <>
      {mayWrite ? <Button icon="play" onClick={() => onAsk("trigger")}>Trigger</Button> : null}
      {isAdmin
        ? (
          <Button icon={paused ? "play" : "pause"} onClick={() => onAsk("pause")}>
            {paused ? "Resume" : "Pause"}
          </Button>
        )
        : null}
      {mayWrite || isAdmin
        ? (
          <Menu label="More">
            {mayWrite ? <MenuItem onClick={() => onAsk("backfill")}>Backfill …</MenuItem> : null}
            {isAdmin ? <MenuItem onClick={() => onAsk("edit")}>Edit …</MenuItem> : null}
            {isAdmin ? <MenuItem danger onClick={() => onAsk("delete")}>Delete …</MenuItem> : null}
          </Menu>
        )
        : null}
    </>
  );
}

function Content({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { name, nextFireTimes, timezone, paused } = schedule;
  return (
    <div className="beside-facts">
      <div>
        <section className="section" aria-labelledby="next-heading">
          <h2 id="next-heading">Next times</h2>
          <NextTimes times={nextFireTimes} timezone={timezone} paused={paused} />
        </section>
        <section className="section" aria-labelledby="ticks-heading">
          <h2 id="ticks-heading">Last ticks</h2>
          <TickTable schedule={name} kind={schedule.workflow === null ? "task" : "workflow"} />
        </section>
        <section className="section" aria-labelledby="work-heading">
          <h2 id="work-heading">What it starts</h2>
          <Work schedule={schedule} />
        </section>
      </div>
      <ScheduleFacts schedule={schedule} />
    </div>
  );
}

function Work({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { method, args, workflow } = schedule;
  const settings = taskSettings(schedule);
  if (method === null) return <JsonView label="workflow" value={workflow} />;
  return (
    <>
      <p>
        A task of <Link href={`/methods/${encodeURIComponent(method)}`}>{method}</Link> with
      </p>
      <JsonView label="arguments" value={args} />
      {Object.keys(settings).length === 0 ? null : <JsonView label="settings" value={settings} />}
    </>
  );
}
