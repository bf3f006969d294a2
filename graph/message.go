package graph

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
)

// messageLog stands in for ctx.Log, since the mock engine of the SDK drops what is logged.
type messageLog struct{ recorder *recorder }

func (l *messageLog) Debug(text string, args *pulumi.LogArgs) error {
	return l.add("debug", text, args)
}

func (l *messageLog) Info(text string, args *pulumi.LogArgs) error { return l.add("info", text, args) }

func (l *messageLog) Warn(text string, args *pulumi.LogArgs) error {
	return l.add("warning", text, args)
}

func (l *messageLog) Error(text string, args *pulumi.LogArgs) error {
	return l.add("error", text, args)
}

func (l *messageLog) add(severity, text string, args *pulumi.LogArgs) error {
	line := Message{Severity: severity, Text: text}
	if args != nil && args.Resource != nil {
		urn, err := internals.UnsafeAwaitOutput(context.Background(), args.Resource.URN())
		if err != nil {
			return err
		}
		if u, ok := urn.Value.(pulumi.URN); ok {
			line.URN = string(u)
		}
	}
	l.recorder.say(line)
	return nil
}
