// Command noop is the smallest handler of aws-lambda-go: what the start of bootstrap is
// measured against.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) error { return nil })
}
