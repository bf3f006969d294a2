package infra

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/lambdaapi"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// findings are what is wrong with an application, each one line.
type findings struct{ errs []error }

func (f *findings) refuse(format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf(format, args...))
}

// check says everything that is wrong with an application as a whole.
func (f *Functions) check(health string) error {
	found := &findings{}
	names, owners := map[string]bool{}, map[string]string{}
	answering, keys := 0, 0
	for _, fn := range f.Functions {
		found.name(fn.Name, names)
		found.function(&fn)
		found.routes(&fn, health, owners)
		keys += len(fn.Routes)
		if len(fn.Routes) > 0 {
			answering++
		}
	}
	found.secrets(f.Functions)
	found.basePaths(f)
	found.thresholds(f)
	switch {
	case len(f.Functions) == 0:
		found.refuse("application %q: want at least one function", f.Name)
	case answering == 0:
		found.refuse("application %q: want at least one function with a route key such as $default", f.Name)
	case keys > maxRoutes-healthRoutes:
		found.refuse("application %q: want at most %d routes of one API, %d of which are the platform's, not %d more", f.Name, maxRoutes, healthRoutes, keys)
	}
	return errors.Join(found.errs...)
}

// basePath is a path without a wildcard, a variable or a slash at its end.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

func (f *findings) basePaths(app *Functions) {
	var seen []string
	for _, path := range app.BasePaths {
		switch {
		case path == "" || path == "/":
			f.refuse("application %q: base path %q: want no base path at all for an API at the root", app.Name, path)
		case !basePath.MatchString(path):
			f.refuse("application %q: base path %q: want a leading slash, none at its end, letters, digits and ._~- between, such as /api", app.Name, path)
		case slices.Contains(seen, path):
			f.refuse("application %q: base path %q: want a path that is not there already", app.Name, path)
		}
		seen = append(seen, path)
	}
}

// thresholds are keys beside the platform's own.
func (f *findings) thresholds(app *Functions) {
	seen := map[string]bool{}
	for _, t := range config.AlarmThresholds() {
		seen[t.Name] = true
	}
	for _, t := range app.Thresholds {
		switch {
		case !secretKey.MatchString(t.Name):
			f.refuse("application %q: threshold %q: want a name of letters and digits, such as deadLetters", app.Name, t.Name)
		case seen[t.Name]:
			f.refuse("application %q: threshold %q: want a name that no other limit has, of the platform or of the application", app.Name, t.Name)
		case t.Default < t.Low || t.Default > t.High:
			f.refuse("application %q: threshold %q: default %g: want from %g to %g, as its own bounds say", app.Name, t.Name, t.Default, t.Low, t.High)
		}
		seen[t.Name] = true
	}
}

var functionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,19}$`)

// takenNames are the platform's own in every region.
var takenNames = []string{healthFunction, "http-api"}

func (f *findings) name(name string, seen map[string]bool) {
	switch {
	case !functionName.MatchString(name):
		f.refuse("function %q: want a name of at most 20 of a-z, 0-9 and hyphens", name)
	case slices.Contains(takenNames, name):
		f.refuse("function %q: want another name: the platform has %s itself", name, strings.Join(takenNames, " and "))
	case seen[name]:
		f.refuse("function %q: want a name that no other function has", name)
	}
	seen[name] = true
}

// function looks at one by itself.
func (f *findings) function(fn *Function) {
	longest, why := lambdaapi.MaxTimeout, ""
	if len(fn.Routes) > 0 {
		longest, why = lambdaapi.MaxAPITimeout, ", since API Gateway waits no longer (F6.13)"
	}
	switch {
	case (fn.Package == "") == (fn.Zip == ""):
		f.refuse("function %q: want either a Go package such as ./orders or the path of a zip, not %q and %q", fn.Name, fn.Package, fn.Zip)
	case fn.Package != "" && (strings.HasPrefix(fn.Package, "-") || filepath.IsAbs(fn.Package)):
		f.refuse("function %q: package %q: want a Go package such as ./orders", fn.Name, fn.Package)
	}
	if fn.Timeout != 0 && (fn.Timeout < time.Second || fn.Timeout > longest || fn.Timeout%time.Second != 0) {
		f.refuse("function %q: timeout %s: want whole seconds from 1s to %s%s", fn.Name, fn.Timeout, longest, why)
	}
	if fn.MemoryMiB != 0 && (fn.MemoryMiB < lambdaapi.MinMemoryMiB || fn.MemoryMiB > lambdaapi.MaxMemoryMiB) {
		f.refuse("function %q: memory %d MiB: want from %d to %d (F10.4)", fn.Name, fn.MemoryMiB, lambdaapi.MinMemoryMiB, lambdaapi.MaxMemoryMiB)
	}
	if fn.Concurrency != nil && *fn.Concurrency < 0 {
		f.refuse("function %q: concurrency %d: want 0 or more; nil reserves none", fn.Name, *fn.Concurrency)
	}
	switch {
	case !slices.Contains([]string{"", lambdaapi.ARM64, lambdaapi.X8664}, fn.Architecture):
		f.refuse("function %q: architecture %q: want %s or %s", fn.Name, fn.Architecture, lambdaapi.ARM64, lambdaapi.X8664)
	case fn.Architecture == lambdaapi.X8664 && fn.Zip == "":
		f.refuse("function %q: architecture %q: want a ready zip for it; a package is compiled for %s", fn.Name, fn.Architecture, lambdaapi.ARM64)
	}
	if problem := checkProblem(fn.Check); problem != "" {
		f.refuse("function %q: check %q: %s", fn.Name, fn.Check, problem)
	} else if fn.Check != "" && len(fn.Routes) == 0 {
		f.refuse("function %q: check %q: want no check, since the function answers no routes", fn.Name, fn.Check)
	}
	for _, name := range slices.Sorted(maps.Keys(fn.Environment)) {
		switch {
		case !variableName.MatchString(name):
			f.refuse("function %q: variable %q: want letters, digits and underscores, a letter first", fn.Name, name)
		case slices.Contains(lambdaapi.ReservedVariables(), name):
			f.refuse("function %q: variable %q: want another name: Lambda sets this one itself", fn.Name, name)
		case slices.Contains(ownVariables, name):
			f.refuse("function %q: variable %q: want another name: the platform sets this one itself", fn.Name, name)
		}
	}
	for _, s := range fn.Allow {
		if problem := s.problem(); problem != "" {
			f.refuse("function %q: statement %s on %q: want %s", fn.Name, strings.Join(s.Actions, ", "), s.Resource, problem)
		}
	}
}

var (
	variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]+$`)
	actionName   = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?]+$`)
	standsFor    = regexp.MustCompile(`\{[^{}]*\}`)
	secretKey    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
)

// ownVariables are those that the platform sets on functions.
var ownVariables = []string{
	contract.StackVariable, contract.VersionVariable, contract.OriginSecretVariable, contract.PreviousOriginSecretVariable,
	contract.NextOriginSecretVariable, contract.LogLevelVariable,
}

// standIns stand in a statement's resource.
var standIns = []string{"{region}", "{account}", "{partition}", "{stack}"}

// problem says what is wrong with a statement, or "". Actions are as the team writes them; a wildcard there is its own
// decision, as "*" for all resources is, which the preview warns of.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
func (s Statement) problem() string {
	if len(s.Actions) == 0 {
		return "at least one action such as dynamodb:GetItem"
	}
	for _, action := range s.Actions {
		if !actionName.MatchString(action) {
			return fmt.Sprintf("actions such as dynamodb:GetItem, not %q", action)
		}
	}
	if s.ARN != nil {
		if s.Resource != "" {
			return "either Resource or ARN"
		}
		return ""
	}
	const wantARN = "the ARN of a resource such as arn:{partition}:dynamodb:{region}:{account}:table/{stack}-orders"
	if s.Resource != "*" && !strings.HasPrefix(s.Resource, "arn:") {
		return wantARN
	}
	for _, p := range standsFor.FindAllString(s.Resource, -1) {
		if !slices.Contains(standIns, p) {
			return fmt.Sprintf("%s, not %s", strings.Join(standIns, ", "), p)
		}
	}
	if s.Resource != "*" && strings.Count(s.Resource, ":") < 5 {
		return wantARN // IAM refuses one of fewer parts
	}
	return ""
}

// everyOne are the ends of ARNs that stand for every resource of a kind.
var everyOne = regexp.MustCompile(`^([a-z-]+[:/])?\*$`)

// every says what a statement allows on all of, "" for one on less.
func (s Statement) every() string {
	if s.Resource == "*" {
		return "every resource of the account"
	}
	parts := strings.SplitN(s.Resource, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	kind := parts[2] != "s3" || strings.HasPrefix(parts[5], "*") // a bucket's name stands where others have a kind
	if everyOne.MatchString(parts[5]) && kind || strings.Contains(parts[2], "*") {
		return "every resource that is " + s.Resource
	}
	return ""
}

func (f *findings) routes(fn *Function, health string, owners map[string]string) {
	for _, key := range fn.Routes {
		shape := routeShape(key)
		switch owner, taken := owners[shape]; {
		case routeKeyProblem(key, health) != "":
			f.refuse("function %q: route %q: want %s", fn.Name, key, routeKeyProblem(key, health))
		case taken:
			f.refuse("function %q: route %q: want a route key that no other has; %s answers it already", fn.Name, key, owner)
		default:
			owners[shape] = fn.Name
		}
	}
}

// secrets looks at the names of all functions' secrets together: each is a parameter and a variable.
func (f *findings) secrets(functions []Function) {
	owner := map[string]string{} // of a variable: the key
	folded := map[string]string{}
	for _, fn := range functions {
		for _, key := range fn.Secrets {
			variable := SecretVariable(key)
			switch other, taken := owner[variable]; {
			case !secretKey.MatchString(key):
				f.refuse("function %q: secret %q: want a configuration key of letters and digits, such as paymentKey", fn.Name, key)
			case slices.Contains(config.Keys(), key):
				f.refuse("function %q: secret %q: want another key: the platform reads this one itself", fn.Name, key)
			case strings.EqualFold(key, drainRole):
				f.refuse("function %q: secret %q: want another key: the platform has a parameter of this name itself", fn.Name, key)
			case taken && other != key:
				f.refuse("function %q: secret %q: want another key: its variable %s is that of %s", fn.Name, key, variable, other)
			case folded[strings.ToLower(key)] != "" && folded[strings.ToLower(key)] != key:
				f.refuse("function %q: secret %q: want a key that differs from %s in more than upper and lower case", fn.Name, key, folded[strings.ToLower(key)])
			case fn.Environment[variable] != nil:
				f.refuse("function %q: variable %q: want another name: the platform sets this one itself, to the parameter of the secret %s", fn.Name, variable, key)
			default:
				owner[variable], folded[strings.ToLower(key)] = key, key
			}
		}
	}
}
