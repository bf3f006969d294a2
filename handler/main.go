// Command bootstrap is the program inside both Lambda functions of a region. The function's
// handler string, which Lambda passes as _HANDLER, says which one it is:
//
//	api          answers visitors behind the HTTP API
//	redelivery   brings queued feedback to the SaaS
//
// It is built for provided.al2023 (F10.1) and runs unchanged in local mode.
package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/telemetry"
)

func main() {
	start := time.Now()
	e, err := readEnvironment(os.Getenv)
	if err != nil {
		fail(err)
	}
	journal := telemetry.NewJournal(os.Stdout, telemetry.ParseLevel(e.logLevel), e.region, e.stack, time.Now)
	handler, err := build(e, journal, start)
	if err != nil {
		fail(err)
	}
	lambda.Start(handler)
}

// fail ends the initialization; Lambda logs the line and reports an init error.
func fail(err error) {
	slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("starting function", slog.String("err", fmt.Sprint(err)))
	os.Exit(1)
}
