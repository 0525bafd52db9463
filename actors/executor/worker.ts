import { serveActor } from "../runtime/mod.ts";
import { startExecutor } from "./start_executor.ts";

serveActor(startExecutor, { laneOf: {}, max: {} });
