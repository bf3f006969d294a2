package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/onefront/onefront/handler/contract"
)

// Program is a compiled Pulumi program.
type Program struct {
	// Path is the executable's, Dir the folder it runs in: the project's. "" is the current folder.
	Path, Dir string
	// Env is the program's environment, of which everything that begins with PULUMI_ is replaced.
	Env []string
	// Strict lets the program believe that it is deployed: secrets that the stack does not set are then missing, not
	// stood in for.
	Strict bool
	// Output takes what the program writes to standard output and standard error, as it is. Default: nobody.
	Output io.Writer
}

// organization is what a program without an organization is told.
const organization = "organization"

// largestMessage is what an engine accepts: 400 MiB, for a resource with a big document in it.
const largestMessage = 400 << 20

// Run runs a compiled program as an engine would and returns what it registered: it listens on loopback for what the
// program asks over Pulumi's protocol, and the program ends before Run returns. No value is unknown to the program,
// since nothing is a preview. It fails where an engine would, in the program's own words; with ctx it ends the
// program, which is asked first (SIGTERM) and killed after ten seconds.
func Run(ctx context.Context, p Program, o Options) (*Graph, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the program: %w", err)
	}
	address := listener.Addr().String()
	r := newRecorder(o)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(largestMessage), grpc.UnaryInterceptor(ownAuthority(address)))
	pulumirpc.RegisterResourceMonitorServer(server, &monitor{recorder: r})
	pulumirpc.RegisterEngineServer(server, &engine{recorder: r})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Stop
	}()
	defer func() {
		server.Stop()
		<-served
	}()

	variables, err := programVariables(p.Env, address, p.Strict, o)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, p.Path)
	command.Dir, command.Env = p.Dir, variables
	command.Stdout, command.Stderr = p.Output, p.Output
	gently(command)
	err = command.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return r.outcome(err)
}

// ownAuthority refuses requests to another name than the listener's: what a page makes of this address by way of DNS.
func ownAuthority(address string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		in, _ := metadata.FromIncomingContext(ctx)
		if got := strings.Join(in.Get(":authority"), ","); got != address {
			return nil, status.Errorf(codes.PermissionDenied, "authority %q: want %s", got, address)
		}
		return handle(ctx, request)
	}
}

// programVariables are what an SDK reads of its surroundings (sdk/go/pulumi/run.go).
func programVariables(environment []string, address string, strict bool, o Options) ([]string, error) {
	config, err := json.Marshal(o.Config)
	if err != nil {
		return nil, fmt.Errorf("the program's configuration: %w", err)
	}
	secretKeys, err := json.Marshal(o.SecretKeys)
	if err != nil {
		return nil, fmt.Errorf("the program's configuration: %w", err)
	}
	var variables []string
	for _, v := range environment {
		if !strings.HasPrefix(v, "PULUMI_") {
			variables = append(variables, v)
		}
	}
	if !strict {
		variables = append(variables, contract.LocalMonitorVariable+"="+address)
	}
	return append(variables,
		"PULUMI_MONITOR="+address, "PULUMI_ENGINE="+address,
		"PULUMI_ORGANIZATION="+organization, "PULUMI_PROJECT="+o.Project, "PULUMI_STACK="+o.Stack, "PULUMI_ROOT_DIRECTORY="+o.Root,
		"PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys), "PULUMI_DRY_RUN=false",
	), nil
}

// outcome is what a program that ended leaves: a graph, or its own words on why there is none.
func (r *recorder) outcome(ended error) (*Graph, error) {
	g, err := r.graph()
	switch {
	case ended != nil && err != nil:
		return nil, r.words()
	case ended != nil:
		return nil, fmt.Errorf("the program failed without a word to the engine: %w", ended)
	case err != nil:
		return nil, err
	case !r.begun():
		return nil, errors.New("the program ended without asking for a stack: main must call pulumi.Run")
	}
	return g, nil
}

// words are the errors that the program logged before it failed.
func (r *recorder) words() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []error
	for _, line := range r.messages {
		if line.Severity == "error" {
			all = append(all, errors.New(ownWords(line.Text)))
		}
	}
	return errors.Join(all...)
}

// framework is what the SDK writes before an error that came from here.
var framework = strings.NewReplacer("waiting for RPCs: ", "", "rpc error: code = Unknown desc = ", "")

// ownWords takes away what the SDK says around a program's error: its introduction, the numbering of a list of one,
// and how an error that came from here came.
func ownWords(text string) string {
	_, text, found := strings.Cut("\n"+text, "\nan unhandled error occurred: program failed: \n")
	if !found {
		return strings.TrimPrefix(text, "\n")
	}
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "* ")
		if line == "" || strings.HasSuffix(line, " error occurred:") || strings.HasSuffix(line, " errors occurred:") {
			continue
		}
		lines = append(lines, framework.Replace(line))
	}
	return strings.Join(lines, "\n")
}
