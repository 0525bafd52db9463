/** `grpc.health.v1`: whether the node takes work, for load balancers and orchestrators. */
import {
  type handleServerStreamingCall,
  type Server,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { create } from "@bufbuild/protobuf";
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import {
  Health,
  type HealthCheckRequest,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { callStatus } from "./call_status.ts";
import { decodeRequest } from "./decode_request.ts";
import { methodDefinition } from "./method_definition.ts";
import type { UnaryCalls } from "./unary_call.ts";

type Watcher = ServerWritableStream<Uint8Array, HealthCheckResponse>;

/** Open to everybody, so bounded more tightly than what needs a token. */
const WATCHERS_MAX = 1_000;

/** The health of the named services and, under the empty name, of the server. */
export class HealthService {
  readonly #services: ReadonlySet<string>;
  /** With the name that each asked for. */
  readonly #watchers = new Map<Watcher, string>();
  #serving = true;

  constructor(services: readonly string[]) {
    this.#services = new Set(["", ...services]);
  }

  /** Serves `Check`, `List` and `Watch` on `server`. */
  addTo(server: Server, calls: UnaryCalls): void {
    const { check, list, watch } = Health.method;
    const handleCheck = { access: "open", handle: this.#check } as const;
    const handleList = { access: "open", handle: this.#list } as const;
    server.addService({
      Check: methodDefinition(check),
      List: methodDefinition(list),
      Watch: methodDefinition(watch),
    }, {
      Check: calls.serve(check, handleCheck),
      List: calls.serve(list, handleList),
      Watch: this.#watch,
    });
  }

  /** Tells everybody that the server takes no more work, and keeps saying so. */
  stopServing(): void {
    if (!this.#serving) return;
    this.#serving = false;
    for (const [watcher, name] of this.#watchers) watcher.write(this.#response(name));
  }

  /** Ends the streams of those who watch, so that connections can close. */
  close(): void {
    for (const watcher of this.#watchers.keys()) watcher.end();
    this.#watchers.clear();
  }

  readonly #check = ({ service }: HealthCheckRequest): Result<HealthCheckResponse> => {
    if (this.#services.has(service)) return ok(this.#response(service));
    return refuse("not_found", "unknown_service", `Service "${service}" does not exist`);
  };

  readonly #list = () => {
    const statuses = [...this.#services].map((name) => [name, this.#response(name)] as const);
    return ok(create(HealthListResponseSchema, { statuses: Object.fromEntries(statuses) }));
  };

  readonly #watch: handleServerStreamingCall<Uint8Array, HealthCheckResponse> = (call) => {
    if (this.#watchers.size >= WATCHERS_MAX) {
      call.emit("error", callStatus(tooManyWatchers()));
      return;
    }
    const request = decodeRequest(HealthCheckRequestSchema, call.request);
    if (!request.ok) {
      call.emit("error", callStatus(request.error));
      return;
    }
    const { service } = request.value;
    this.#watchers.set(call, service);
    call.on("cancelled", () => this.#watchers.delete(call));
    call.write(this.#response(service));
  };

  #response(service: string): HealthCheckResponse {
    return create(HealthCheckResponseSchema, { status: this.#statusOf(service) });
  }

  #statusOf(service: string): ServingStatus {
    if (!this.#services.has(service)) return ServingStatus.SERVICE_UNKNOWN;
    return this.#serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
}

function tooManyWatchers() {
  return refuse("resource_exhausted", "too_many_watchers", "Cannot watch: too many already do")
    .error;
}
