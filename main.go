// Onefront deploys a Lambda-backed HTTP API in every configured AWS region, one CloudFront distribution over
// all of them and a static site. See package infra; the application is the one in infra/feedback.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/feedback"
)

func main() { pulumi.Run(infra.Deploy(feedback.Application{})) }
