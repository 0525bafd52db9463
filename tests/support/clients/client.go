// A client of dtask.v1, written from the .proto files alone: submits a graph, watches it to its end, reads
// the results, and prints what it saw as JSON.
//
//	client ADDRESS TOKEN
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/golang/protobuf/ptypes"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	dtask "dtask/v1"
)

const patience = 2 * time.Minute

// What is printed.
type seen struct {
	Results  map[string]interface{} `json:"results"`
	Streamed int64                  `json:"streamed"`
	Refusal  refusal                `json:"refusal"`
}

type refusal struct {
	Code   string   `json:"code"`
	Reason string   `json:"reason"`
	Fields []string `json:"fields"`
}

func number(value float64) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_NumberValue{NumberValue: value}}
}

func integer(value int64) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_Int64Value{Int64Value: value}}
}

func bytesOf(text string) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_BytesValue{BytesValue: []byte(text)}}
}

func resultOf(key string) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_ResultOf{ResultOf: key}}
}

func list(values ...*dtask.Value) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_ListValue{ListValue: &dtask.ListValue{Values: values}}}
}

func mapOf(fields map[string]*dtask.Value) *dtask.Value {
	return &dtask.Value{Kind: &dtask.Value_MapValue{MapValue: &dtask.MapValue{Fields: fields}}}
}

// A result as JSON has it; integers of 64 bits as texts, since JSON has none.
func plain(value *dtask.Value) interface{} {
	switch kind := value.GetKind().(type) {
	case *dtask.Value_NumberValue:
		return kind.NumberValue
	case *dtask.Value_StringValue:
		return kind.StringValue
	case *dtask.Value_Int64Value:
		return strconv.FormatInt(kind.Int64Value, 10)
	case *dtask.Value_Uint64Value:
		return strconv.FormatUint(kind.Uint64Value, 10)
	default:
		return nil
	}
}

func graph() *dtask.WorkflowSubmission {
	task := func(key, method string, args ...*dtask.Value) *dtask.TaskSubmission {
		return &dtask.TaskSubmission{Key: key, Method: method, Args: args}
	}
	next := task("next", "add", resultOf("sum"), number(1))
	next.Deps = []string{"sum"}
	yes := &dtask.Value{Kind: &dtask.Value_BoolValue{BoolValue: true}}
	return &dtask.WorkflowSubmission{
		Id: "from-go",
		Tasks: []*dtask.TaskSubmission{
			task("sum", "add", number(20), number(22)),
			task("large", "add", integer(1<<62), integer(1<<62)),
			next,
			task("text", "echo_bytes", bytesOf("hé")),
			task("count", "process_collection", list(number(1), &dtask.Value{Kind: &dtask.Value_NullValue{}}),
				mapOf(map[string]*dtask.Value{"a": yes})),
		},
	}
}

// Submits the graph, follows it to its end, and gives its results by key.
func runGraph(ctx context.Context, tasks dtask.TaskServiceClient, workflows dtask.WorkflowServiceClient) map[string]interface{} {
	submission := graph()
	// Watched before it is submitted, so that nothing is missed.
	watched := &dtask.WatchTasksRequest{Filter: &dtask.TaskFilter{WorkflowId: submission.Id}}
	changes, err := tasks.WatchTasks(ctx, watched)
	check(err)
	first, err := changes.Recv()
	check(err)
	for _, created := range []bool{true, false} {
		answer, err := workflows.SubmitWorkflow(ctx, &dtask.SubmitWorkflowRequest{Workflow: submission})
		check(err)
		expect(answer.Created == created, "the graph is made once")
	}
	ended := follow(changes, len(submission.Tasks))
	// Whoever comes back with the first place is told all of it again.
	watched.ResumeToken = first.ResumeToken
	again, err := tasks.WatchTasks(ctx, watched)
	check(err)
	expect(len(follow(again, len(submission.Tasks))) == len(ended), "a resumed watch tells the same")
	results := map[string]interface{}{}
	for key, id := range ended {
		wait := ptypes.DurationProto(10 * time.Second)
		answer, err := tasks.GetTaskResult(ctx, &dtask.GetTaskResultRequest{Id: id, Wait: wait})
		check(err)
		results[key] = plain(answer.Result)
	}
	return results
}

// The ids by key, once so many tasks have completed.
func follow(changes dtask.TaskService_WatchTasksClient, count int) map[string]string {
	ended := map[string]string{}
	for len(ended) < count {
		change, err := changes.Recv()
		check(err)
		task := change.GetTask()
		if task.GetStatus() == dtask.TaskStatus_TASK_STATUS_COMPLETED {
			ended[task.Key] = task.Id
		}
	}
	return ended
}

// How many of a thousand streamed tasks were acknowledged.
func stream(ctx context.Context, tasks dtask.TaskServiceClient) int64 {
	call, err := tasks.SubmitStream(ctx)
	check(err)
	batch := make([]*dtask.TaskSubmission, 100)
	for i := range batch {
		batch[i] = &dtask.TaskSubmission{Method: "noop"}
	}
	for i := 0; i < 10; i++ {
		check(call.Send(&dtask.SubmitStreamRequest{Tasks: batch}))
	}
	check(call.CloseSend())
	acknowledged := int64(0)
	for {
		answer, err := call.Recv()
		if err == io.EOF {
			return acknowledged
		}
		check(err)
		acknowledged = answer.Acknowledged
	}
}

// What a faulty submission is told.
func refused(ctx context.Context, tasks dtask.TaskServiceClient) refusal {
	task := &dtask.TaskSubmission{Method: "noop", Priority: 101}
	_, err := tasks.SubmitTask(ctx, &dtask.SubmitTaskRequest{Task: task})
	told := status.Convert(err)
	seen := refusal{Code: told.Code().String()}
	for _, detail := range told.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			seen.Reason = detail.Reason
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				seen.Fields = append(seen.Fields, violation.Field)
			}
		}
	}
	return seen
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func expect(holds bool, what string) {
	if !holds {
		log.Fatal("expected: ", what)
	}
}

func main() {
	connection, err := grpc.Dial(os.Args[1], grpc.WithInsecure())
	check(err)
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+os.Args[2])
	tasks, workflows := dtask.NewTaskServiceClient(connection), dtask.NewWorkflowServiceClient(connection)
	text, err := json.Marshal(seen{runGraph(ctx, tasks, workflows), stream(ctx, tasks), refused(ctx, tasks)})
	check(err)
	fmt.Println(string(text))
}
