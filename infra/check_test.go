package infra_test

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

// Each thing that is wrong with a function is one line with the function, the value and what would be right.
func TestFunctions_everyRefusal(t *testing.T) {
	long := make([]string, 298)
	for i := range long {
		long[i] = fmt.Sprintf("GET /shop/x/%d", i)
	}
	statement := func(s infra.Statement) func(*infra.Functions) {
		return func(f *infra.Functions) { f.Functions[0].Allow = []infra.Statement{s} }
	}
	get := []string{"dynamodb:GetItem"}
	for want, change := range map[string]func(*infra.Functions){
		`function "orders": timeout 31s: want whole seconds from 1s to 30s, since API Gateway waits no longer`: func(f *infra.Functions) { f.Functions[0].Timeout = 31 * time.Second },
		`function "orders": timeout 20ms: want whole seconds from 1s`:                                          func(f *infra.Functions) { f.Functions[0].Timeout = 20 * time.Millisecond },
		`function "orders": timeout 1.5s: want whole seconds from 1s`:                                          func(f *infra.Functions) { f.Functions[0].Timeout = 1500 * time.Millisecond },
		`function "orders": timeout -1s: want whole seconds from 1s`:                                           func(f *infra.Functions) { f.Functions[0].Timeout = -time.Second },
		`function "worker": timeout 15m1s: want whole seconds from 1s to 15m0s`: func(f *infra.Functions) {
			f.Functions = append(f.Functions, infra.Function{Name: "worker", Package: "./worker", Timeout: 901 * time.Second})
		},
		`function "orders": memory 64 MiB: want from 128 to 10240`:                     func(f *infra.Functions) { f.Functions[0].MemoryMiB = 64 },
		`function "orders": concurrency -1: want 0 or more`:                            func(f *infra.Functions) { f.Functions[0].Concurrency = new(-1) },
		`function "orders": architecture "arm": want arm64 or x86_64`:                  func(f *infra.Functions) { f.Functions[0].Architecture = "arm" },
		`function "orders": architecture "x86_64": want a ready zip for it`:            func(f *infra.Functions) { f.Functions[0].Architecture = "x86_64" },
		`function "orders": package "-toolexec=x": want a Go package such as ./orders`: func(f *infra.Functions) { f.Functions[0].Package = "-toolexec=x" },
		`function "orders": check "ping": want a method and a path`:                    func(f *infra.Functions) { f.Functions[0].Check = "ping" },
		`function "orders": variable "A-B": want letters`:                              func(f *infra.Functions) { f.Functions[0].Environment = pulumi.StringMap{"A-B": pulumi.String("x")} },
		`function "orders": variable "AWS_REGION": want another name: Lambda sets`: func(f *infra.Functions) {
			f.Functions[0].Environment = pulumi.StringMap{"AWS_REGION": pulumi.String("x")}
		},
		`function "orders": variable "ONEFRONT_STACK": want another name: the platform sets`: func(f *infra.Functions) {
			f.Functions[0].Environment = pulumi.StringMap{"ONEFRONT_STACK": pulumi.String("x")}
		},
		`function "orders": secret "payment-key": want a configuration key of letters and digits`:               func(f *infra.Functions) { f.Functions[0].Secrets = []string{"payment-key"} },
		`function "orders": secret "drain": want another key`:                                                   func(f *infra.Functions) { f.Functions[0].Secrets = []string{"drain"} },
		`function "health": want another name: the platform has`:                                                func(f *infra.Functions) { f.Functions[0].Name = "health" },
		`application "orders": base path "/": want no base path at all`:                                         func(f *infra.Functions) { f.BasePaths = []string{"/"} },
		`application "orders": base path "api/": want a leading slash`:                                          func(f *infra.Functions) { f.BasePaths = []string{"api/"} },
		`application "orders": base path "/v1/*": want a leading slash`:                                         func(f *infra.Functions) { f.BasePaths = []string{"/v1/*"} },
		`application "orders": base path "/shop": want a path that is not there already`:                        func(f *infra.Functions) { f.BasePaths = []string{"/shop", "/shop"} },
		`application "orders": want at most 300 routes of one API, 3 of which are the platform's, not 298 more`: func(f *infra.Functions) { f.Functions[0].Routes, f.Functions[1].Routes = long, nil },
		`statement  on "*": want at least one action`:                                                           statement(infra.Statement{Resource: "*"}),
		`statement GetItem on "*": want actions such as dynamodb:GetItem, not "GetItem"`:                        statement(infra.Statement{Actions: []string{"GetItem"}, Resource: "*"}),
		`on "orders": want the ARN of a resource`:                                                               statement(infra.Statement{Actions: get, Resource: "orders"}),
		`on "arn:aws:dynamodb:{zone}:x": want {region}, {account}, {partition}, {stack}, not {zone}`:            statement(infra.Statement{Actions: get, Resource: "arn:aws:dynamodb:{zone}:x"}),
		`on "*": want either Resource or ARN`:                                                                   statement(infra.Statement{Actions: get, Resource: "*", ARN: pulumi.String("arn:aws:dynamodb:x")}),
	} {
		app := orders()
		change(app)
		_, err := recordApplication(app, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
	app := orders() // what is at its limit is fine
	app.Functions[0].Timeout, app.Functions[0].MemoryMiB, app.Functions[0].Concurrency = 30*time.Second, 10_240, new(0)
	app.Functions[1].Routes = long[:296]
	if _, err := recordApplication(app, nil); err != nil {
		t.Error(err)
	}
}

func writeZip(t *testing.T, name string, mode os.FileMode) string {
	t.Helper()
	path := t.TempDir() + "/function.zip"
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	header := &zip.FileHeader{Name: name}
	header.SetMode(mode)
	if _, err := w.CreateHeader(header); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// One run tells all of it: a key of the stack, a route key, a package that does not compile, zips that Lambda cannot
// run, a secret that is not set and a route for a path that no function answers.
func TestDeploy_everythingInOneRun(t *testing.T) {
	app := &infra.Functions{Name: "shop", BasePaths: []string{"/shop"}, Functions: []infra.Function{
		{Name: "orders", Package: "./orders", Routes: []string{"GET /shop/orders", "FETCH /x"}, Secrets: []string{"cardKey"}},
		{Name: "again", Package: "./orders", Routes: []string{"GET /shop/orders"}},
		{Name: "mode", Zip: writeZip(t, "bootstrap", 0o644), Routes: []string{"GET /shop/mode"}},
		{Name: "empty", Zip: writeZip(t, "main", 0o755)},
		{Name: "missing", Zip: "none.zip"},
	}}
	build := func(_ context.Context, pkg string) (infra.HandlerZip, error) {
		return infra.HandlerZip{}, fmt.Errorf("building %s for linux/arm64: exit status 1\n%s/main.go:3:1: syntax error", pkg, pkg)
	}
	err := recordWith(app, build, map[string]string{
		"onefront:spa": "perhaps", "onefront:routes": `[{"path": "/shop/orders", "methods": "read"}, {"path": "/basket/*", "methods": "all"}]`,
	})
	for _, want := range []string{
		`onefront:spa: "perhaps": want true or false`,
		`onefront:cardKey: not set: required: a secret of the function orders, set with pulumi config set --secret onefront:cardKey`,
		`onefront:routes[1].path: "/basket/*": want a path of which a function answers at least one request; there are GET /shop/orders (orders)`,
		`function "orders": route "FETCH /x": want $default, or one of`,
		`function "again": route "GET /shop/orders": want a route key that no other has; orders answers it already`,
		"function \"orders\" and \"again\": building ./orders for linux/arm64: exit status 1\n./orders/main.go:3:1: syntax error",
		`function.zip": bootstrap with mode 0755, not 0644: Lambda cannot run it`,
		`function.zip": a zip with a file named bootstrap at its root`,
		`function "missing": zip "none.zip": the path of a zip relative to the project: `,
	} {
		if err == nil || strings.Count(err.Error(), want) != 1 {
			t.Errorf("want once %s in:\n%v", want, err)
		}
	}
}

// A secret that nobody named is an error, wherever the application asks for it.
func TestScope_unknownSecret(t *testing.T) {
	app := orders()
	app.Region = func(s *infra.Scope) error {
		s.Function("orders").Secrets = []string{"otherKey"}
		return nil
	}
	if _, err := recordApplication(app, nil); err == nil || !strings.Contains(err.Error(), `orders: secret "otherKey": want one of those that the application names; there are paymentKey`) {
		t.Errorf("got %v", err)
	}
}

// What a region's part of the application completes is checked as the rest is.
func TestScope_completedFunctionsAreChecked(t *testing.T) {
	app := orders()
	app.Region = func(s *infra.Scope) error {
		s.Function("reports").Timeout = time.Minute
		return nil
	}
	if _, err := recordApplication(app, nil); err == nil || !strings.Contains(err.Error(), `function "reports": timeout 1m0s`) {
		t.Errorf("got %v", err)
	}
}
