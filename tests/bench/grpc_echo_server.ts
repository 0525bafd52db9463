/** The yardstick of gRPC: a bare grpc-js server that answers `SubmitTask` with the bytes that it got. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { pathOf } from "../support/grpc_client.ts";
import { TaskService } from "../../proto/gen/dtask/v1/task_service_pb.ts";

const bytes = (message: Buffer) => message;
const server = new Server();
server.addService({
  SubmitTask: {
    path: pathOf(TaskService.method.submitTask),
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
}, {
  SubmitTask: (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) =>
    callback(null, call.request),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`127.0.0.1:${port}`);
});
