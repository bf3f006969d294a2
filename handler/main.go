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
	telemetry.NewLogger(os.Stdout, slog.LevelInfo).Error("starting function", slog.String("err", fmt.Sprint(err)))
	os.Exit(1)
}
