/** Entry of the scheduler's isolate. Its rights: the data folder, or the database's address. */
import { serveActor } from "../runtime/mod.ts";
import { SCHEDULER } from "./entry.ts";

serveActor(SCHEDULER.factory, SCHEDULER.lanes);
