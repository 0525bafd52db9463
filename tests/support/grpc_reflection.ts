import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { type GrpcClient, type Headers, pathOf } from "./grpc_client.ts";

type Question = NonNullable<
  MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]
>;

/** Asks all `questions` in one reflection call and gives the answers in order. */
export function reflect(
  client: GrpcClient,
  questions: readonly Question[],
  headers: Headers = {},
  path: string = pathOf(ServerReflection.method.serverReflectionInfo),
): Promise<readonly ServerReflectionResponse[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly ServerReflectionResponse[]>();
  const call = client.raw.makeBidiStreamRequest(
    path,
    (question: Question) =>
      Buffer.from(toBinary(
        ServerReflectionRequestSchema,
        create(ServerReflectionRequestSchema, { messageRequest: question }),
      )),
    (bytes) => fromBinary(ServerReflectionResponseSchema, bytes),
    client.metadata(headers),
  );
  const answers: ServerReflectionResponse[] = [];
  call.on("data", (answer: ServerReflectionResponse) => answers.push(answer));
  call.on("error", reject);
  call.on("end", () => resolve(answers));
  for (const question of questions) call.write(question);
  call.end();
  return promise;
}
