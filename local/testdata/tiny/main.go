// Tiny is a program that is not Onefront's in shape: resources in main, by their types alone. A table goes beyond what
// local mode knows.
package main

import (
	"archive/zip"
	"errors"
	"os"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type resource struct {
	pulumi.CustomResourceState
	ARN       pulumi.StringOutput `pulumi:"arn"`
	InvokeARN pulumi.StringOutput `pulumi:"invokeArn"`
	Name      pulumi.StringOutput `pulumi:"name"`
	Endpoint  pulumi.StringOutput `pulumi:"apiEndpoint"`
	Domain    pulumi.StringOutput `pulumi:"domainName"`
	Execution pulumi.StringOutput `pulumi:"executionArn"`
	StreamARN pulumi.StringOutput `pulumi:"streamArn"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		if err := build(); err != nil {
			return err
		}
		var failed error
		make := func(token, name string, inputs pulumi.Map) *resource {
			r := &resource{}
			if err := ctx.RegisterResource(token, name, inputs, r); err != nil && failed == nil {
				failed = err
			}
			return r
		}
		greeting, set := ctx.GetConfig("tiny:greeting")
		if !set {
			return errors.New("tiny:greeting: not set: want what to say")
		}
		token, _ := ctx.GetConfig("tiny:token")
		variables := pulumi.StringMap{"GREETING": pulumi.String(greeting), "TOKEN": pulumi.ToSecret(pulumi.String(token)).(pulumi.StringOutput)}
		if table, _ := ctx.GetConfig("tiny:table"); table == "true" {
			table := make("aws:dynamodb/table:Table", "orders", pulumi.Map{"hashKey": pulumi.String("id")})
			variables["TABLE"] = table.Name
			if stream, _ := ctx.GetConfig("tiny:stream"); stream == "true" {
				variables["STREAM"] = table.StreamARN
			}
		}
		role := make("aws:iam/role:Role", "greeter", pulumi.Map{"assumeRolePolicy": pulumi.String("{}")})
		function := make("aws:lambda/function:Function", "greeter", pulumi.Map{
			"code": pulumi.NewFileArchive("function.zip"), "handler": pulumi.String("bootstrap"), "runtime": pulumi.String("provided.al2023"),
			"role": role.ARN, "environment": pulumi.Map{"variables": variables},
		})
		api := make("aws:apigatewayv2/api:Api", "greetings", pulumi.Map{"protocolType": pulumi.String("HTTP")})
		integration := make("aws:apigatewayv2/integration:Integration", "greeter", pulumi.Map{
			"apiId": api.ID(), "integrationType": pulumi.String("AWS_PROXY"), "integrationUri": function.InvokeARN, "payloadFormatVersion": pulumi.String("2.0"),
		})
		make("aws:apigatewayv2/route:Route", "greeter", pulumi.Map{
			"apiId": api.ID(), "routeKey": pulumi.String("$default"), "target": pulumi.Sprintf("integrations/%s", integration.ID()),
		})
		make("aws:apigatewayv2/stage:Stage", "default", pulumi.Map{"apiId": api.ID(), "name": pulumi.String("$default"), "autoDeploy": pulumi.Bool(true)})
		make("aws:lambda/permission:Permission", "greeter", pulumi.Map{
			"action": pulumi.String("lambda:InvokeFunction"), "function": function.Name, "principal": pulumi.String("apigateway.amazonaws.com"),
			"sourceArn": pulumi.Sprintf("%s/*/*", api.Execution),
		})
		front := make("aws:cloudfront/distribution:Distribution", "front", pulumi.Map{
			"enabled": pulumi.Bool(true),
			"origins": pulumi.Array{pulumi.Map{
				"originId":   pulumi.String("api"),
				"domainName": api.Endpoint.ApplyT(func(url string) string { return strings.TrimPrefix(url, "https://") }).(pulumi.StringOutput),
				"customOriginConfig": pulumi.Map{
					"httpPort": pulumi.Int(80), "httpsPort": pulumi.Int(443), "originProtocolPolicy": pulumi.String("https-only"),
					"originSslProtocols": pulumi.ToStringArray([]string{"TLSv1.2"}),
				},
			}},
			"defaultCacheBehavior": pulumi.Map{
				"targetOriginId": pulumi.String("api"), "viewerProtocolPolicy": pulumi.String("https-only"),
				"allowedMethods": pulumi.ToStringArray([]string{"GET", "HEAD"}), "cachedMethods": pulumi.ToStringArray([]string{"GET", "HEAD"}),
				"cachePolicyId": pulumi.String("4135ea2d-6df8-44a3-9df3-4b5a84be39ad"), // CachingDisabled
			},
			"restrictions":      pulumi.Map{"geoRestriction": pulumi.Map{"restrictionType": pulumi.String("none")}},
			"viewerCertificate": pulumi.Map{"cloudfrontDefaultCertificate": pulumi.Bool(true)},
		})
		ctx.Export("front", front.Domain)
		return failed
	})
}

// build makes function.zip for Lambda, or for the machine that local mode names.
func build() error {
	goos, goarch := "linux", "arm64"
	if machine := os.Getenv("ONEFRONT_LOCAL"); machine != "" {
		goos, goarch, _ = strings.Cut(machine, "/")
	}
	compile := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", "bootstrap", "./function")
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	compile.Stdout, compile.Stderr = os.Stdout, os.Stderr
	if err := compile.Run(); err != nil {
		return err
	}
	binary, err := os.ReadFile("bootstrap")
	if err != nil {
		return err
	}
	file, err := os.Create("function.zip")
	if err != nil {
		return err
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	header := &zip.FileHeader{Name: "bootstrap"}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := entry.Write(binary); err != nil {
		return err
	}
	return archive.Close()
}
