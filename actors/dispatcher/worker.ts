/** Entry of the dispatcher's isolate. It has no rights. */
import { serveActor } from "../runtime/mod.ts";
import { DISPATCHER } from "./entry.ts";

serveActor(DISPATCHER.factory, DISPATCHER.lanes);
