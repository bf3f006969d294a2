package infra

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// Application is what runs on the platform. [Functions] is one by itself; an application with configuration of its
// own makes its Functions out of it.
type Application interface {
	// Configure reads the application's own keys, before any resource exists, and says what the application is.
	// What it refuses is reported together with the platform's own problems.
	Configure(*config.Settings) *Functions
}

// The words of an application's edge routes.
type (
	Route    = config.Route
	TTL      = config.TTL
	Key      = config.Parts
	Settings = config.Settings
	// Threshold is a limit of an alarm that a stack may set.
	Threshold = config.AlarmThreshold
)

// The values of Route.Methods: Read is GET, HEAD and OPTIONS and may be cached; All is all seven methods and is
// never cached. A path has either cached reads or writes, since CloudFront's origin groups take no writes (F1.5).
const (
	Read = config.MethodsRead
	All  = config.MethodsAll
)

// Functions is an application: Lambda functions in every region, with the routes they answer, and what the edge does
// with requests on their way.
type Functions struct {
	// Name of the application, for people.
	Name string
	// BasePaths are the paths below which the API is, such as "/api". Health, the output apiUrl and config.json
	// take the first. None: the API is at the root.
	BasePaths []string
	// Functions of every region, at least one of them with routes.
	Functions []Function
	// Edge are the cache behaviors of the API where a stack sets no routes. Empty: "<base>/*" with all methods for
	// each base path.
	Edge []Route
	// Requests, such as "POST /api/orders", must reach the application: where a stack's routes cut one off, the
	// preview says so.
	Requests []string
	// Thresholds are the limits of the application's own alarms, which onefront:alarms.thresholds may set and
	// [Scope.Threshold] returns.
	Thresholds []Threshold
	// Shared makes what exists once, in the home region, before any region: a table, a user pool. Optional.
	Shared func(*Scope) error
	// Region makes what every region has, before its functions, and completes them by [Scope.Function]. Optional.
	Region func(*Scope) error
}

// Configure returns the application as it is: it has no keys but its secrets.
func (f *Functions) Configure(*config.Settings) *Functions { return f }

// Function is a Lambda function of every region, with a role and a log group of its own.
type Function struct {
	// Name is at most 20 of [a-z0-9-], and distinct.
	Name string
	// Package is the Go package to compile, relative to the project, such as "./orders"; or Zip is the path of a
	// ready zip with bootstrap at its root. One of the two.
	Package, Zip string
	// Handler is what the bootstrap reads as _HANDLER. Default: Name.
	Handler string
	// Routes are the route keys of API Gateway that the function answers: "$default", "GET /api/orders/{id}",
	// "ANY /api/orders/{proxy+}". None: nothing but its own events call it, and it gets no origin secret.
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
	Routes []string
	// Check is a request that a new version must answer with a status below 500 before it gets traffic, such as
	// "GET /api/orders/ping". Lambda runs it for real: it should change nothing. Default: OPTIONS on the first base
	// path; a function without routes gets an empty batch, {"Records":[]}.
	Check string
	// Secrets are configuration keys set with --secret. Each becomes an SSM SecureString of the region, which the
	// function may read; its name is in the variable that [SecretVariable] says.
	Secrets []string
	// Allow is what the function may do beside writing its log and reading its secrets.
	Allow []Statement
	// Environment holds variables beside the platform's own.
	Environment pulumi.StringMap
	// MemoryMiB, Timeout (1 to 30 s with routes) and Concurrency (reserved) win over the stack's lambda settings.
	// 0 and nil: the stack's; a function without routes reserves none.
	MemoryMiB   int
	Timeout     time.Duration
	Concurrency *int
	// Architecture is arm64 (default) or x86_64; a compiled package is always arm64.
	Architecture string
	// Attach makes what leads to the function, such as an event source, once it exists. Optional.
	Attach func(*Scope, *Made) error
}

// Statement allows actions on one resource.
type Statement struct {
	Actions []string
	// Resource is an ARN, or ARN one that is known only once its resource exists. In Resource {region}, {account},
	// {partition} and {stack} stand for the function's. "*" is possible, and the preview warns.
	Resource string
	ARN      pulumi.StringInput
}

// Made is a function that exists. What calls it names the alias, which moves to a new version once that has stood its
// check.
type Made struct {
	Function   *lambda.Function
	Alias      *lambda.Alias
	RolePolicy *iam.RolePolicy
}

// Scope is where an application makes resources of its own: the home region in [Functions].Shared, one region after
// the other in [Functions].Region.
type Scope struct {
	Context *pulumi.Context
	// Project and Stack are the program's.
	Project, Stack string
	// Region is the AWS region of the scope.
	Region string
	// Lambda are the stack's defaults for functions.
	Lambda config.Lambda

	platform  *platform
	options   []pulumi.ResourceOption
	functions []*Function
	region    *regionComponent
	alarms    []Alarm
	problems  []error
}

// Name is the logical name of a resource in this scope: role and region, under the app's own prefix.
func (s *Scope) Name(role string) string { return s.platform.name(role + "-" + s.Region) }

// Options are what every resource of the scope is made with: its parent, its provider and, with a sequential
// rollout, the region before.
func (s *Scope) Options() []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption(nil), s.options...)
}

// Protected keeps what holds data of a region from being deleted, where the stack says so (onefront:protect) and the
// region is not drained.
func (s *Scope) Protected() pulumi.ResourceOption {
	return pulumi.Protect(s.platform.protects(s.Region))
}

// Secret is the value of a key that a function or the application's configuration names as a secret.
func (s *Scope) Secret(key string) pulumi.StringOutput { return s.platform.secret(key) }

// Function is the region's own copy of a function, to be completed before it is made; nil for an unknown name and
// in Shared.
func (s *Scope) Function(name string) *Function {
	for _, f := range s.functions {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Made notes resources, so that with a sequential rollout the next region waits for them.
func (s *Scope) Made(resources ...pulumi.Resource) {
	if s.region != nil {
		s.region.resources = append(s.region.resources, resources...)
	}
}

// Threshold is the stack's value of one of the application's or the platform's limits. One that neither has stops the
// program once the scope is done.
func (s *Scope) Threshold(name string) float64 {
	value, known := s.platform.Alarms.Thresholds[name]
	if !known {
		all := strings.Join(slices.Sorted(maps.Keys(s.platform.Alarms.Thresholds)), ", ")
		s.problems = append(s.problems, fmt.Errorf("threshold %q: want one that the application or the platform has; there are %s", name, all))
	}
	return value
}

// Alarm adds an alarm of the application in this region. In Means and Do {region} and {stack} stand for the alarm's. It
// has no effect in Shared, and where the stack has no alarms.
func (s *Scope) Alarm(a Alarm) {
	if s.region != nil {
		s.alarms = append(s.alarms, a)
	}
}

// Chart adds a graph to the application's row of the dashboard, for this region. It has no effect in Shared.
func (s *Scope) Chart(c Chart) {
	if s.region != nil {
		s.region.applicationCharts = append(s.region.applicationCharts, c)
	}
}

// Output adds to what the stack output regions says of this region. It has no effect in Shared.
func (s *Scope) Output(name string, value pulumi.Input) {
	if s.region != nil {
		s.region.outputs[name] = value
	}
}
