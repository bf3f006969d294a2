// Orders is a Lambda function for people who are signed in: POST /api/orders makes an order, GET /api/orders/{id} shows
// it to whoever made it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/origin"
)

func main() {
	s, err := fromEnvironment(context.Background())
	if err != nil {
		slog.Error("starting orders", "err", err)
		os.Exit(1)
	}
	lambda.Start(origin.Guard(s.handle))
}

// fromEnvironment reads what the program set, and the key that signs sessions from the region's Parameter Store.
func fromEnvironment(ctx context.Context) (*service, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	key, err := parameter(ctx, ssm.NewFromConfig(settings), os.Getenv("ONEFRONT_SESSION_KEY_PARAMETER"))
	if err != nil {
		return nil, err
	}
	return &service{
		sessions: newSessions(key),
		store:    &table{client: dynamodb.NewFromConfig(settings), name: os.Getenv(contract.StackVariable) + "-orders"},
	}, nil
}

func parameter(ctx context.Context, client *ssm.Client, name string) ([]byte, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return []byte(aws.ToString(out.Parameter.Value)), nil
}
