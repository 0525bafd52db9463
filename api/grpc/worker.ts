/** Entry of the grpc actor's isolate. It needs its address (net) and the environment, which grpc-js reads. */
import { serveActor } from "../../actors/runtime/mod.ts";
import { startGrpc } from "./grpc_actor.ts";

serveActor(startGrpc, { laneOf: {}, max: {} });
