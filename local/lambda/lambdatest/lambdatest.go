// Package lambdatest builds a small Lambda function for tests and benchmarks of local mode. The function does what
// its event says, see testdata/bootstrap.
package lambdatest

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/onefront/onefront/graph"
)

const source = "github.com/onefront/onefront/local/lambda/lambdatest/testdata/bootstrap"

var build = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lambdatest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bootstrap")
	command := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, source)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// Bootstrap returns the function's binary, compiled once per process.
func Bootstrap(tb testing.TB) []byte {
	tb.Helper()
	binary, err := build()
	if err != nil {
		tb.Fatalf("building the test function: %v", err)
	}
	return binary
}

// Zip returns the path of a zip with the function as an executable bootstrap.
func Zip(tb testing.TB) string {
	tb.Helper()
	return WriteZip(tb, "bootstrap", Bootstrap(tb), 0o755)
}

// WriteZip returns the path of a zip with one entry. Mode 0 writes none, as Pulumi's asset archives do (F10.2).
func WriteZip(tb testing.TB, name string, content []byte, mode os.FileMode) string {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: name, Method: zip.Store}
	if mode != 0 {
		header.SetMode(mode)
	}
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	path := filepath.Join(tb.TempDir(), "function.zip")
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// ARN is the ARN of a function made by [Function].
func ARN(region, name string) string {
	return "arn:aws:lambda:" + region + ":" + graph.Account + ":function:" + name
}

// Function returns a function's node as [graph.Record] would. Entries of inputs override.
func Function(region, name, zip string, inputs map[string]any) *graph.Resource {
	r := &graph.Resource{
		URN: "urn:pulumi:test::onefront::aws:lambda/function:Function::" + region + "-" + name,
		ID:  name, Type: "aws:lambda/function:Function", Name: region + "-" + name, Region: region, Custom: true,
		Inputs: map[string]any{
			"code": graph.Archive{Path: zip}, "handler": "api", "runtime": "provided.al2023",
			"role": "arn:aws:iam::123456789012:role/r", "timeout": 10.0, "memorySize": 256.0,
		},
		Outputs: map[string]any{"arn": ARN(region, name), "name": name},
	}
	for key, value := range inputs {
		r.Inputs[key] = value
	}
	return r
}
