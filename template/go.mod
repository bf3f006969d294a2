module ${PROJECT}

go 1.26.6

toolchain go1.26.8

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/onefront/onefront v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.263.0
)

tool (
	github.com/onefront/onefront/frontendenv
	github.com/onefront/onefront/handler/health
	github.com/onefront/onefront/local
	github.com/onefront/onefront/ops
	github.com/onefront/onefront/stats
)
