package main

import (
	"bytes"
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// builtOps is the operator's command, built once.
var builtOps = sync.OnceValues(func() (string, error) {
	executable, err := filepath.Abs(filepath.Join(".onefront", "test", "ops"))
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-o", executable, "./ops").CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return executable, nil
})

// ops runs an operator's command against this local mode; smoke gets its public address. What it prints is the body.
func (s *session) ops(ts *testscript.TestScript, neg bool, args []string) {
	executable, err := builtOps()
	ts.Check(err)
	where := []string{"-local", s.admin}
	if args[0] == "smoke" {
		where = []string{s.viewer}
	}
	command := exec.Command(executable, slices.Concat(args[:1], where, args[1:])...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	s.answer, s.body = &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}, out.Bytes()
	if (err != nil) != neg {
		ts.Fatalf("ops %v: %v\n%s", args, err, &out)
	}
}
