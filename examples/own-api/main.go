// Orders deploys an API that takes orders: a catalogue that everybody reads, cached and failing over, and orders of
// people who are signed in, kept in a DynamoDB table with a replica in every region.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

func main() { pulumi.Run(infra.Deploy(orders)) }

// orders is the application: two functions in every region, one table for all of them.
var orders = &infra.Functions{
	Name:      "orders",
	BasePaths: []string{"/api"},
	Shared:    table,
	Region:    environment,
	Functions: []infra.Function{{
		Name:    "catalogue",
		Package: "./catalogue",
		Routes:  []string{"ANY /api/products"},
		Check:   "GET /api/products",
	}, {
		Name:    "orders",
		Package: "./orders",
		Routes:  []string{"ANY /api/orders", "ANY /api/orders/{id}"},
		Secrets: []string{"sessionKey"}, // pulumi config set --secret onefront:sessionKey
		Allow: []infra.Statement{{
			Actions:  []string{"dynamodb:GetItem", "dynamodb:PutItem"},
			Resource: "arn:{partition}:dynamodb:{region}:{account}:table/{stack}-orders",
		}},
	}},
	Edge: []infra.Route{
		// Cached at the edge, by language; a region that fails is passed over in the same request.
		{
			Path: "/api/products", Methods: infra.Read,
			TTL: infra.TTL{Default: time.Minute, Max: time.Hour}, Key: infra.Key{Query: []string{"locale"}},
		},
		// Never cached: what is below belongs to whoever is signed in. A route that is cached must neither look at
		// Authorization nor set cookies, or one person's order is another's.
		{Path: "/api/*", Methods: infra.All},
	},
	Requests: []string{"GET /api/products", "POST /api/orders", "GET /api/orders/{id}"},
}

// tableName is the same in every region, as DynamoDB wants it of replicas. The functions make it from ONEFRONT_STACK.
func tableName(stack string) string { return stack + "-orders" }

// table makes the global table, once per stack: in the home region, with a replica in each other region. A region that
// is taken out of the configuration loses its replica, and no order.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
func table(s *infra.Scope) error {
	regions, err := stackRegions(s.Context)
	if err != nil {
		return err
	}
	replicas := dynamodb.TableReplicaTypeArray{}
	for _, region := range regions {
		if region != s.Region {
			replicas = append(replicas, dynamodb.TableReplicaTypeArgs{
				RegionName: pulumi.String(region), PointInTimeRecovery: pulumi.Bool(true), PropagateTags: pulumi.Bool(true),
			})
		}
	}
	_, err = dynamodb.NewTable(s.Context, "orders", &dynamodb.TableArgs{
		Name:        pulumi.String(tableName(s.Stack)),
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		HashKey:     pulumi.String("id"),
		Attributes:  dynamodb.TableAttributeArray{dynamodb.TableAttributeArgs{Name: pulumi.String("id"), Type: pulumi.String("S")}},
		// Replicas follow the stream.
		StreamEnabled:             pulumi.Bool(true),
		StreamViewType:            pulumi.String("NEW_AND_OLD_IMAGES"),
		Replicas:                  replicas,
		PointInTimeRecovery:       dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(true)},
		ServerSideEncryption:      dynamodb.TableServerSideEncryptionArgs{Enabled: pulumi.Bool(true)},
		DeletionProtectionEnabled: pulumi.Bool(s.Stack == "prod"),
	}, s.Options()...)
	return err
}

// stackRegions are the stack's regions, home first.
func stackRegions(ctx *pulumi.Context) (regions []string, err error) {
	text, _ := ctx.GetConfig("onefront:regions")
	if err := json.Unmarshal([]byte(text), &regions); err != nil {
		return nil, fmt.Errorf("onefront:regions: %w", err)
	}
	return regions, nil
}

// environment completes the functions of a region. On localhost nothing plays DynamoDB: ORDERS_TABLE_ENDPOINT names
// something that does, such as DynamoDB local or ./standin.
func environment(s *infra.Scope) error {
	if endpoint := os.Getenv("ORDERS_TABLE_ENDPOINT"); endpoint != "" {
		s.Function("orders").Environment = pulumi.StringMap{"AWS_ENDPOINT_URL_DYNAMODB": pulumi.String(endpoint)}
	}
	return nil
}
