package graph

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// engine is the part of Pulumi's engine that a program talks to beside the monitor: its log
// (proto/pulumi/engine.proto).
type engine struct {
	pulumirpc.UnimplementedEngineServer
	recorder *recorder
}

// severities are the engine's in the words of [Message].
var severities = map[pulumirpc.LogSeverity]string{
	pulumirpc.LogSeverity_DEBUG: "debug", pulumirpc.LogSeverity_INFO: "info",
	pulumirpc.LogSeverity_WARNING: "warning", pulumirpc.LogSeverity_ERROR: "error",
}

// Log keeps a line.
func (e *engine) Log(_ context.Context, in *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.recorder.say(Message{Severity: severities[in.GetSeverity()], Text: in.GetMessage(), URN: in.GetUrn()})
	return &emptypb.Empty{}, nil
}
