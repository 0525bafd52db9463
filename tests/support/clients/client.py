"""A client of dtask.v1, written from the .proto files alone.

Submits a graph, watches it to its end, reads the results, and prints what it saw as JSON.

    client.py ADDRESS TOKEN FOLDER    FOLDER holds what protoc made of proto/ (--python_out)
"""

import json
import sys

import grpc

ADDRESS, TOKEN, FOLDER = sys.argv[1:4]
sys.path.insert(0, FOLDER)

import google  # noqa: E402

# Where google is a package of its own, the folder's google/rpc has to be shown to it.
google.__path__ = [*google.__path__, f"{FOLDER}/google"]

from dtask.v1 import task_pb2, task_service_pb2, value_pb2  # noqa: E402
from dtask.v1 import workflow_service_pb2  # noqa: E402
from google.protobuf import duration_pb2, symbol_database  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

PATIENCE_SECONDS = 120


class Stub:
    """The methods of a service, made of its descriptor."""

    def __init__(self, channel, service):
        symbols = symbol_database.Default()
        for method in service.methods:
            sent = symbols.GetSymbol(method.input_type.full_name)
            answered = symbols.GetSymbol(method.output_type.full_name)
            kinds = {
                "SubmitStream": channel.stream_stream,
                "WatchTasks": channel.unary_stream,
                "FollowLog": channel.unary_stream,
            }
            make = kinds.get(method.name, channel.unary_unary)
            call = make(
                f"/{service.full_name}/{method.name}",
                request_serializer=sent.SerializeToString,
                response_deserializer=answered.FromString,
            )
            setattr(self, method.name, self.with_token(call))

    @staticmethod
    def with_token(call):
        metadata = [("authorization", f"Bearer {TOKEN}")]
        return lambda request: call(request, metadata=metadata, timeout=PATIENCE_SECONDS)


def to_value(value):
    """A Python value as a Value. Numbers are numbers; `Int64` says that an integer is meant."""
    if value is None:
        return value_pb2.Value(null_value=0)
    if isinstance(value, bool):
        return value_pb2.Value(bool_value=value)
    if isinstance(value, Int64):
        return value_pb2.Value(int64_value=value)
    if isinstance(value, (int, float)):
        return value_pb2.Value(number_value=value)
    if isinstance(value, str):
        return value_pb2.Value(string_value=value)
    if isinstance(value, bytes):
        return value_pb2.Value(bytes_value=value)
    if isinstance(value, list):
        return value_pb2.Value(list_value={"values": [to_value(item) for item in value]})
    if isinstance(value, dict):
        fields = {name: to_value(item) for name, item in value.items()}
        return value_pb2.Value(map_value=value_pb2.MapValue(fields=fields))
    return value


class Int64(int):
    """An integer of 64 bits."""


def from_value(value):
    """A Value as a Python value."""
    kind = value.WhichOneof("kind")
    if kind in (None, "null_value"):
        return None
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "map_value":
        return {name: from_value(item) for name, item in value.map_value.fields.items()}
    return getattr(value, kind)


def task(key, method, *args, deps=()):
    """A task of the graph."""
    return task_pb2.TaskSubmission(
        key=key, method=method, args=[to_value(arg) for arg in args], deps=deps
    )


def result_of(key):
    """Stands for the result of a dependency."""
    return value_pb2.Value(result_of=key)


def run_graph(tasks, workflows):
    """Submits the graph, follows it to its end, and gives its results by key."""
    submission = workflow_service_pb2.WorkflowSubmission(
        id="from-python",
        tasks=[
            task("sum", "add", 20, 22),
            task("large", "add", Int64(2**62), Int64(2**62)),
            task("next", "add", result_of("sum"), 1, deps=["sum"]),
            task("text", "echo_bytes", "hé".encode()),
            task("count", "process_collection", [1, None], {"a": True}),
        ],
    )
    # Watched before it is submitted, so that nothing is missed.
    watched = task_service_pb2.WatchTasksRequest(filter={"workflow_id": submission.id})
    changes = tasks.WatchTasks(watched)
    place = next(changes).resume_token
    request = workflow_service_pb2.SubmitWorkflowRequest(workflow=submission)
    assert workflows.SubmitWorkflow(request).created
    assert not workflows.SubmitWorkflow(request).created
    ended = follow(changes, len(submission.tasks))
    # Whoever comes back with the first place is told all of it again.
    watched.resume_token = place
    assert follow(tasks.WatchTasks(watched), len(submission.tasks)) == ended
    return {key: result(tasks, task_id) for key, task_id in ended.items()}


def follow(changes, count):
    """The ids by key, once so many tasks have completed."""
    ended = {}
    for change in changes:
        if change.WhichOneof("event") != "task":
            continue
        if change.task.status == task_pb2.TASK_STATUS_COMPLETED:
            ended[change.task.key] = change.task.id
        if len(ended) == count:
            changes.cancel()
            return ended
    raise RuntimeError("the stream ended too early")


def result(tasks, task_id):
    """The result of a task; integers of 64 bits as texts, since JSON has none."""
    request = task_service_pb2.GetTaskResultRequest(
        id=task_id, wait=duration_pb2.Duration(seconds=10)
    )
    answer = tasks.GetTaskResult(request)
    value = from_value(answer.result)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def stream(tasks):
    """How many of a thousand streamed tasks were acknowledged."""
    submissions = [task_pb2.TaskSubmission(method="noop") for _ in range(100)]
    requests = (task_service_pb2.SubmitStreamRequest(tasks=submissions) for _ in range(10))
    acknowledged = 0
    for answer in tasks.SubmitStream(requests):
        assert all(result.created for result in answer.results)
        acknowledged = answer.acknowledged
    return acknowledged


def refusal(tasks):
    """What a faulty submission is told."""
    submission = task_pb2.TaskSubmission(method="noop", priority=101)
    try:
        tasks.SubmitTask(task_service_pb2.SubmitTaskRequest(task=submission))
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata())
        status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for detail in status.details:
            detail.Unpack(info) or detail.Unpack(request)
        fields = [violation.field for violation in request.field_violations]
        return {"code": error.code().name, "reason": info.reason, "fields": fields}
    raise RuntimeError("the submission was taken")


def main():
    channel = grpc.insecure_channel(ADDRESS)
    tasks = Stub(channel, task_service_pb2.DESCRIPTOR.services_by_name["TaskService"])
    workflows = Stub(channel, workflow_service_pb2.DESCRIPTOR.services_by_name["WorkflowService"])
    seen = {
        "results": run_graph(tasks, workflows),
        "streamed": stream(tasks),
        "refusal": refusal(tasks),
    }
    print(json.dumps(seen))


main()
