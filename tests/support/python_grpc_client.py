"""A client of the gRPC service that shares nothing with the server but the published contract.

    /usr/bin/python3 python_grpc_client.py HOST:PORT TOKEN

Its messages are described here by hand, from the field numbers of the contract, so that a mistake in
the server's own description cannot hide. Prints one JSON object: what each scenario was answered.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf import any_pb2, struct_pb2, wrappers_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
ANY = ".google.protobuf.Any"
PREFIX = "type.googleapis.com/"


def field(name, number, kind, repeated=False, type_name=None):
    """One field of a message."""
    label = FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL
    return FIELD(name=name, number=number, type=kind, label=label, type_name=type_name)


def message(name, *fields):
    """A message without nested types."""
    return descriptor_pb2.DescriptorProto(name=name, field=fields)


def any_map(package, name, map_field):
    """A message with one field: map<string, Any> at number 1."""
    entry_name = map_field.capitalize() + "Entry"
    entry = message(
        entry_name,
        field("key", 1, FIELD.TYPE_STRING),
        field("value", 2, FIELD.TYPE_MESSAGE, type_name=ANY),
    )
    entry.options.map_entry = True
    made = message(
        name,
        field(map_field, 1, FIELD.TYPE_MESSAGE, True, f".{package}.{name}.{entry_name}"),
    )
    made.nested_type.append(entry)
    return made


def response_message():
    """TaskResponse with the enum inside it."""
    made = message(
        "TaskResponse",
        field("task_id", 1, FIELD.TYPE_STRING),
        field("status", 2, FIELD.TYPE_ENUM, type_name=".taskscheduler.TaskResponse.Status"),
        field("result", 3, FIELD.TYPE_STRING),
    )
    status = made.enum_type.add(name="Status")
    for number, name in enumerate(("PENDING", "SUCCESS", "FAILED")):
        status.value.add(name=name, number=number)
    return made


def file_of(package, *messages):
    """A file of a package that may use Any."""
    return descriptor_pb2.FileDescriptorProto(
        name=f"client/{package}.proto",
        package=package,
        syntax="proto3",
        dependency=["google/protobuf/any.proto"],
        message_type=messages,
    )


def describe():
    """Adds the contract's messages to the pool and gives their classes by name."""
    any_list = field("values", 1, FIELD.TYPE_MESSAGE, True, ANY)
    files = [
        file_of(
            "taskscheduler",
            message(
                "TaskRequest",
                field("task_id", 1, FIELD.TYPE_STRING),
                field("method", 2, FIELD.TYPE_STRING),
                field("args", 3, FIELD.TYPE_MESSAGE, True, ANY),
                field("deps", 4, FIELD.TYPE_STRING, True),
                field("is_async", 5, FIELD.TYPE_BOOL),
            ),
            response_message(),
            message("ResultRequest", field("task_id", 1, FIELD.TYPE_STRING)),
            message(
                "ResultResponse",
                field("result", 1, FIELD.TYPE_STRING),
                field("is_ready", 2, FIELD.TYPE_BOOL),
            ),
            message("ListValue", any_list),
            any_map("taskscheduler", "MapValue", "fields"),
        ),
        # What the older clients made up; their names live in protobuf's own package.
        file_of(
            "google.protobuf",
            message("ArrayValue", any_list),
            any_map("google.protobuf", "MapValue", "values"),
        ),
    ]
    pool = descriptor_pool.Default()
    factory = message_factory.MessageFactory(pool)
    classes = {}
    for described in files:
        pool.Add(described)
        for each in described.message_type:
            name = f"{described.package}.{each.name}"
            classes[name] = factory.GetPrototype(pool.FindMessageTypeByName(name))
    return classes


CLASSES = describe()
TaskRequest = CLASSES["taskscheduler.TaskRequest"]
TaskResponse = CLASSES["taskscheduler.TaskResponse"]
ResultRequest = CLASSES["taskscheduler.ResultRequest"]
ResultResponse = CLASSES["taskscheduler.ResultResponse"]


def pack(value):
    """A message as Any."""
    packed = any_pb2.Any()
    packed.Pack(value)
    return packed


def int32(value):
    return pack(wrappers_pb2.Int32Value(value=value))


def text(value):
    return pack(wrappers_pb2.StringValue(value=value))


class Client:
    """The two calls of the service, and the answers as plain data."""

    def __init__(self, address, token):
        self.channel = grpc.insecure_channel(address)
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.submit_call = self.channel.unary_unary(
            "/taskscheduler.TaskScheduler/SubmitTask",
            request_serializer=TaskRequest.SerializeToString,
            response_deserializer=TaskResponse.FromString,
        )
        self.result_call = self.channel.unary_unary(
            "/taskscheduler.TaskScheduler/GetResult",
            request_serializer=ResultRequest.SerializeToString,
            response_deserializer=ResultResponse.FromString,
        )

    def submit(self, method, *args, timeout=60, **fields):
        """Submits and waits for the answer, which may be a refusal."""
        request = TaskRequest(method=method, args=args, **fields)
        try:
            answer = self.submit_call(request, metadata=self.metadata, timeout=timeout)
        except grpc.RpcError as error:
            return {"code": error.code().name}
        return plain(answer)

    def result(self, task_id):
        """Looks a task up."""
        answer = self.result_call(
            ResultRequest(task_id=task_id), metadata=self.metadata, timeout=60
        )
        return {"ready": answer.is_ready, "result": answer.result}


def plain(answer):
    """A response as plain data."""
    name = TaskResponse.Status.Name(answer.status)
    return {"status": name, "result": answer.result, "id": answer.task_id}


def sums(client):
    """Whole numbers of both widths and floating ones; fewer than two."""
    int64 = lambda value: pack(wrappers_pb2.Int64Value(value=value))
    double = lambda value: pack(wrappers_pb2.DoubleValue(value=value))
    return {
        "add": client.submit("add", int32(1), int32(2), int32(39)),
        "original_name": client.submit("task_scheduler::tasks::builtin::add", int32(1), int32(2)),
        "int64": client.submit("add", int64(2**62), int64(2**62)),
        "double": client.submit("add", double(0.5), double(0.25)),
        "remove": client.submit("remove", int32(10), int32(3), int32(2)),
        "too_few": client.submit("add", int32(1)),
    }


def echoes(client):
    """The three kinds of echo."""
    boolean = lambda value: pack(wrappers_pb2.BoolValue(value=value))
    return {
        "bool": client.submit("echo_bool", boolean(True), boolean(False)),
        "string": client.submit("echo_string", text("a"), text("ü😀"), text("")),
        "bytes": client.submit("echo_bytes", pack(wrappers_pb2.BytesValue(value="hé".encode()))),
    }


def collections(client):
    """Lists and maps in each of the forms that clients send."""
    items = [int32(1), text("two")]
    fields = {"a": int32(1), "__proto__": text("b"), "c": int32(3)}
    forms = {
        "own": ("taskscheduler.ListValue", "taskscheduler.MapValue", "fields"),
        "older": ("google.protobuf.ArrayValue", "google.protobuf.MapValue", "values"),
    }
    answers = {}
    for name, (list_type, map_type, map_field) in forms.items():
        a_list = CLASSES[list_type](values=items)
        a_map = CLASSES[map_type](**{map_field: fields})
        answers[name] = client.submit("process_collection", pack(a_list), pack(a_map))
    standard_list = struct_pb2.ListValue()
    standard_list.extend([1, "two", None])
    struct = struct_pb2.Struct()
    struct.update({"a": 1, "b": [True]})
    answers["standard"] = client.submit("process_collection", pack(standard_list), pack(struct))
    return answers


def refusals(client):
    """What is refused as a failed task, and stored nowhere."""
    unknown = any_pb2.Any(type_url=PREFIX + "acme.Thing", value=b"x")
    broken = any_pb2.Any(type_url=PREFIX + "google.protobuf.Int32Value", value=b"\xff\xff")
    return {
        "unknown_method": client.submit("no.such.method", task_id="py-refused-1"),
        "unknown_dependency": client.submit(
            "add", int32(1), int32(2), deps=["nowhere"], task_id="py-refused-2"
        ),
        "unknown_type": client.submit("echo_string", text("a"), unknown, task_id="py-refused-3"),
        "broken_bytes": client.submit("echo_string", broken, task_id="py-refused-4"),
        "stored": [client.result(f"py-refused-{number}") for number in range(1, 5)],
    }


def running_dependency(client):
    """A task submitted while the one that it depends on still runs."""
    first = client.submit("sleep", int32(1_500), task_id="py-slow", is_async=True)
    while_running = client.result("py-slow")
    second = client.submit("add", int32(20), int32(22), deps=["py-slow"])
    return {
        "first": first,
        "while_running": while_running,
        "second": second,
        "first_after": client.result("py-slow"),
    }


def identity(client):
    """One id, sent again with the same and with other content."""
    same = [client.submit("add", int32(1), int32(1), task_id="py-same") for _ in range(2)]
    other = client.submit("add", int32(2), int32(2), task_id="py-same")
    made = client.submit("add", int32(1), int32(1))
    return {"same": same, "other": other, "made_id": made["id"] != ""}


def deadline(client):
    """A call that gives up before its task has ended is answered in time."""
    return client.submit("sleep", int32(1_500), timeout=0.5)


def at_once(client):
    """500 calls under way at the same time on one connection."""
    calls = [
        client.submit_call.future(
            TaskRequest(method="add", args=[int32(number), int32(1)]),
            metadata=client.metadata,
            timeout=60,
        )
        for number in range(500)
    ]
    answers = [plain(call.result()) for call in calls]
    right = sum(
        answer["status"] == "SUCCESS" and answer["result"] == str(number + 1)
        for number, answer in enumerate(answers)
    )
    return {"right": right, "ids": len({answer["id"] for answer in answers})}


def main():
    address, token = sys.argv[1], sys.argv[2]
    client = Client(address, token)
    scenarios = [
        sums, echoes, collections, refusals, running_dependency, identity, deadline, at_once,
    ]
    answers = {scenario.__name__: scenario(client) for scenario in scenarios}
    answers["delete"] = client.submit("delete", text("a"), text("b"), is_async=True)
    answers["anonymous"] = Client(address, "").submit("add", int32(1), int32(2))
    print(json.dumps(answers))


main()
