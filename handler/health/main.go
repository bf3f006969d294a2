// Command bootstrap is the platform's health function: it says that the region's gateway and Lambda answer, and whether
// somebody drained the region. It asks nothing of the application, whose overload must not make a region look dead.
//
// Route 53 asks it at the region's own name and cannot send the origin secret (F7.11): it answers everybody.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/telemetry"
)

func main() {
	log := telemetry.NewLogger(os.Stdout, telemetry.ParseLevel(os.Getenv(contract.LogLevelVariable)))
	e, err := readEnvironment(os.Getenv, os.ReadFile)
	if err != nil {
		log.Error("starting function", slog.String("err", err.Error()))
		os.Exit(1)
	}
	h := &health{environment: e, drain: &drain{read: parameterReader(e), log: log}}
	h.drain.drained(context.Background(), time.Now()) // while Lambda gives the initialization its full CPU: the first answer is right
	lambda.Start(h.handle)
}
