package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda/lambdatest"
)

func environmentOf(t testing.TB, s *Service) map[string]string {
	t.Helper()
	var list []string
	if err := json.Unmarshal(invoke(t, s, order("environment")).Payload, &list); err != nil {
		t.Fatal(err)
	}
	v := map[string]string{}
	for _, pair := range list {
		name, value, _ := strings.Cut(pair, "=")
		v[name] = value
	}
	return v
}

// Lambda DG "Defined runtime environment variables".
func TestEnvironmentVariables(t *testing.T) {
	t.Setenv("ONLY_ON_THIS_MACHINE", "1")
	inputs := variables("MINE", "1", "TZ", "Europe/Berlin", "AWS_ENDPOINT_URL_SSM", "of the program")
	inputs["loggingConfig"] = map[string]any{"logFormat": "JSON", "applicationLogLevel": "DEBUG", "logGroup": "group"}
	inputs["memorySize"] = 512.0
	inputs["handler"] = "redelivery"
	s, _ := newService(t, inputs, Options{Environment: func(region string) map[string]string {
		return map[string]string{"AWS_ENDPOINT_URL_SSM": "http://ssm." + region}
	}})
	got := environmentOf(t, s)
	for name, want := range map[string]string{
		"MINE": "1", "TZ": "Europe/Berlin", "AWS_ENDPOINT_URL_SSM": "http://ssm.eu-west-1",
		"_HANDLER": "redelivery", "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
		"AWS_LAMBDA_FUNCTION_NAME": "api", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
		"AWS_LAMBDA_LOG_GROUP_NAME": "group", "LAMBDA_TASK_ROOT": s.functions[functionARN].taskRoot,
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"AWS_LAMBDA_RUNTIME_API", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PATH", "LANG", "AWS_LAMBDA_LOG_STREAM_NAME"} {
		if got[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	// AWS_EXECUTION_ENV is not defined for OS-only runtimes; nothing of this machine leaks in.
	for _, name := range []string{"AWS_EXECUTION_ENV", "ONLY_ON_THIS_MACHINE", "HOME"} {
		if v, has := got[name]; has {
			t.Errorf("%s is set to %q", name, v)
		}
	}
	if got := string(invoke(t, s, order("directory")).Payload); got != strconv.Quote(s.functions[functionARN].taskRoot) {
		t.Errorf("the function runs in %s, want the task root", got)
	}
}

func TestEnvironmentVariables_defaults(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	got := environmentOf(t, s)
	if got["TZ"] != ":UTC" || got["AWS_LAMBDA_LOG_FORMAT"] != "Text" || got["AWS_LAMBDA_LOG_GROUP_NAME"] != "/aws/lambda/api" {
		t.Errorf("got %v", got)
	}
	if level, has := got["AWS_LAMBDA_LOG_LEVEL"]; has {
		t.Errorf("a log level %q needs the JSON format (F10.9)", level)
	}
}

func TestRuntimeAPI_headers(t *testing.T) {
	s, _ := newService(t, map[string]any{"tracingConfig": map[string]any{"mode": "Active"}}, Options{})
	header := func(ctx context.Context, name string) string {
		r, err := s.Invoke(ctx, functionARN, []byte(order("header", name)))
		if err != nil {
			t.Fatal(err)
		}
		value, _ := strconv.Unquote(string(r.Payload))
		return value
	}
	before := time.Now()
	deadline, err := strconv.ParseInt(header(t.Context(), "Lambda-Runtime-Deadline-Ms"), 10, 64)
	if left := time.UnixMilli(deadline).Sub(before); err != nil || left < 9*time.Second || left > 12*time.Second {
		t.Errorf("got deadline in %v, want the function's timeout of 10 s", left)
	}
	if got := header(t.Context(), "Lambda-Runtime-Invoked-Function-Arn"); got != functionARN {
		t.Errorf("got ARN %q", got)
	}
	if got := header(t.Context(), "Lambda-Runtime-Trace-Id"); !strings.HasPrefix(got, "Root=1-") || !strings.HasSuffix(got, ";Sampled=1") {
		t.Errorf("got trace %q, want a new root, sampled", got)
	}
	ctx := WithTraceHeader(t.Context(), "Self=1-1-1;Root=1-67891233-abcdef012345678912345678;Sampled=0")
	got := header(ctx, "Lambda-Runtime-Trace-Id")
	if !strings.HasPrefix(got, "Root=1-67891233-abcdef012345678912345678;Parent=") || !strings.HasSuffix(got, ";Sampled=0") {
		t.Errorf("got trace %q, want the caller's root and decision", got)
	}
}

func TestInvoke_patience(t *testing.T) {
	s, _ := newService(t, nil, Options{Patience: 20})
	before := time.Now()
	r, err := s.Invoke(t.Context(), functionARN, []byte(order("header", "Lambda-Runtime-Deadline-Ms")))
	if err != nil {
		t.Fatal(err)
	}
	value, _ := strconv.Unquote(string(r.Payload))
	deadline, err := strconv.ParseInt(value, 10, 64)
	if left := time.UnixMilli(deadline).Sub(before); err != nil || left < 199*time.Second {
		t.Errorf("got deadline in %v, want twenty times the function's timeout of 10 s", left)
	}
}

func TestRuntimeAPI_protocol(t *testing.T) {
	s, book := newService(t, nil, Options{})
	invoke(t, s, order("protocol")).mustBe(t, "2", "")
	book.wait(t, "statuses: 400 403 400")
	invoke(t, s, order("register")).mustBe(t, "[200,true]", "")
}

func TestLog_text(t *testing.T) {
	s, book := newService(t, nil, Options{})
	r := invoke(t, s, order("print", "line one"))
	book.wait(t, "line one")
	book.wait(t, "to stderr")
	if got, want := book.wait(t, "START"), "START RequestId: "+r.RequestID+" Version: $LATEST"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	invoke(t, s, "1")
	report := book.wait(t, "REPORT RequestId: "+r.RequestID)
	for _, part := range []string{"\tDuration: ", "\tBilled Duration: ", "\tMemory Size: 256 MB", "\tMax Memory Used: ", "\tInit Duration: "} {
		if !strings.Contains(report, part) {
			t.Errorf("no %q in %q", part, report)
		}
	}
	if runtime.GOOS == "linux" && strings.Contains(report, "Used: 0 MB") {
		t.Errorf("no memory in %q", report)
	}
	book.wait(t, "END RequestId: "+r.RequestID)
	second := invoke(t, s, "1")
	invoke(t, s, "1")
	if report := book.wait(t, "REPORT RequestId: "+second.RequestID); strings.Contains(report, "Init Duration") {
		t.Errorf("only an environment's first REPORT has the init: %q", report)
	}
}

func TestLog_memory(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // the peak of a living process is read from /proc
	}
	s, book := newService(t, nil, Options{})
	r := invoke(t, s, order("grow", 100<<20))
	invoke(t, s, "1")
	report := book.wait(t, "REPORT RequestId: "+r.RequestID)
	_, rest, _ := strings.Cut(report, "Max Memory Used: ")
	number, _, _ := strings.Cut(rest, " ")
	if got, err := strconv.Atoi(number); err != nil || got < 100 {
		t.Errorf("got %q, want at least 100 MB", number)
	}
}

func TestLog_json(t *testing.T) {
	for level, want := range map[string]bool{"INFO": true, "WARN": false} {
		t.Run(level, func(t *testing.T) {
			s, book := newService(t, map[string]any{
				"loggingConfig": map[string]any{"logFormat": "JSON", "systemLogLevel": level},
			}, Options{})
			r := invoke(t, s, order("print", `{"level":"INFO"}`))
			invoke(t, s, order("print", "last"))
			book.wait(t, "last")
			book.wait(t, `{"level":"INFO"}`)
			if got := book.count(`"type":"platform.start"`) > 0; got != want {
				t.Errorf("platform lines: %t, want %t", got, want)
			}
			if !want {
				return
			}
			var line struct {
				Type   string
				Record struct {
					RequestID string
					Status    string
					Metrics   map[string]float64
				}
			}
			if err := json.Unmarshal([]byte(book.wait(t, "platform.report")), &line); err != nil {
				t.Fatal(err)
			}
			if line.Record.RequestID != r.RequestID || line.Record.Status != "success" || line.Record.Metrics["memorySizeMB"] != 256 ||
				line.Record.Metrics["initDurationMs"] <= 0 || line.Record.Metrics["billedDurationMs"] < 1 {
				t.Errorf("got %+v", line)
			}
		})
	}
}

// TestLog_filter: Lambda's own filter goes by the field level, and a line without a valid timestamp is INFO (F10.11); a
// metric is no exception.
func TestLog_filter(t *testing.T) {
	const at = `"timestamp":"2026-11-22T10:00:00.123456789Z"`
	lines := map[string]string{
		"TRACE": `{` + at + `,"level":"trace"}`,
		"DEBUG": `{` + at + `,"level":"DEBUG"}`,
		"INFO":  `{` + at + `,"level":"INFO","_aws":{"CloudWatchMetrics":[]}}`,
		"WARN":  `{"level":"Warn",` + at + `}`,
		"ERROR": `{` + at + `,"level":"ERROR","msg":"x"}`,
		"FATAL": `{` + at + `,"level":"FATAL"}`,
	}
	info := []string{
		`{"level":"ERROR","time":"2026-11-22T10:00:00Z"}`, `{"level":"ERROR","timestamp":"yesterday"}`, `{"level":"ERROR","timestamp":17}`,
		`{` + at + `}`, `{` + at + `,"level":"LOUD"}`, `{` + at + `,"level":3}`, `panic: text`, `["level"]`, ``,
	}
	for i, least := range []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"} {
		f := &function{jsonLogs: true, applicationLevel: least}
		for j, level := range levels {
			if got := f.passes(lines[level]); got != (j >= i) {
				t.Errorf("at %s, %s passes: %t", least, lines[level], got)
			}
		}
		for _, line := range info {
			if got := f.passes(line); got != (i <= 2) {
				t.Errorf("at %s, %s passes: %t", least, line, got)
			}
		}
		if text := (&function{applicationLevel: least}); !text.passes(lines["TRACE"]) {
			t.Errorf("at %s: the text format is not filtered", least)
		}
	}
	if f := (&function{jsonLogs: true}); f.passes(lines["DEBUG"]) || !f.passes(lines["INFO"]) {
		t.Error("the default is INFO")
	}
}

// TestLog_filtered: what does not pass is nowhere, and what does is there as it was written.
func TestLog_filtered(t *testing.T) {
	s, book := newService(t, map[string]any{
		"loggingConfig": map[string]any{"logFormat": "JSON", "applicationLogLevel": "WARN", "systemLogLevel": "WARN"},
	}, Options{})
	const debug, warn = `{"timestamp":"2026-11-22T10:00:00Z","level":"DEBUG"}`, `{"timestamp":"2026-11-22T10:00:00Z","level":"WARN"}`
	invoke(t, s, order("print", debug))
	invoke(t, s, order("print", warn))
	book.wait(t, warn)
	if n := book.count(debug); n != 0 {
		t.Errorf("%d lines below the level", n)
	}
}

func TestLineWriter(t *testing.T) {
	var lines []string
	w := &lineWriter{emit: func(line string) { lines = append(lines, line) }}
	for _, part := range []string{"a", "b\nc\r\n", "\n", strings.Repeat("x", maxLineBytes+5), "\nend"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	w.flush()
	w.flush()
	want := []string{"ab", "c", "", strings.Repeat("x", maxLineBytes), "xxxxx", "end"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %d lines, want %d: %.80q", len(lines), len(want), lines)
	}
}

func gone(pid int) bool { return syscall.Kill(pid, 0) != nil }

func TestClose_signals(t *testing.T) {
	t.Run("SIGTERM", func(t *testing.T) {
		s, book := newService(t, variables("TEST_INIT", "sigterm"), Options{})
		invoke(t, s, "1")
		s.Close(t.Context())
		book.wait(t, "got SIGTERM")
	})
	t.Run("SIGKILL", func(t *testing.T) {
		s, _ := newService(t, variables("TEST_INIT", "deaf"), Options{})
		pid, _ := strconv.Atoi(string(invoke(t, s, order("pid")).Payload))
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // no patience: straight to SIGKILL
		s.Close(ctx)
		if !gone(pid) {
			t.Errorf("process %d is still there", pid)
		}
	})
	t.Run("children", func(t *testing.T) {
		marker := filepath.Join(t.TempDir(), "pid")
		s, _ := newService(t, variables("TEST_INIT", "child", "TEST_MARKER", marker), Options{})
		invoke(t, s, "1")
		content, err := os.ReadFile(marker)
		pid, _ := strconv.Atoi(string(content))
		if err != nil || pid == 0 || gone(pid) {
			t.Fatalf("no child: %v", err)
		}
		s.Close(t.Context())
		waitGone(t, pid)
	})
	t.Run("under way", func(t *testing.T) {
		s, book := newService(t, nil, Options{})
		path, _ := pipe(t)
		out := waiting(t, s, book, path)
		s.Close(t.Context())
		if r := <-out; r.FunctionError == "" {
			t.Errorf("got %+v, want an error", r)
		}
		if _, err := s.Invoke(t.Context(), functionARN, nil); err == nil {
			t.Error("a closed service invokes nothing")
		}
	})
}

// waitGone waits for a process that init, not this process, reaps. Its exit closes the pidfd.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	limit := time.Now().Add(5 * time.Second)
	for time.Now().Before(limit) {
		if p.Signal(syscall.Signal(0)) != nil || zombie(pid) {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("process %d is still there", pid)
}

// zombie says whether a process has ended but nobody reaped it, as in a container without an init.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

// Local mode that is killed leaves no bootstrap behind. The test runs itself as the one that dies.
func TestParentDeath(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // PR_SET_PDEATHSIG
	}
	if zip := os.Getenv("TEST_PARENT_ZIP"); zip != "" {
		g := graph.New(lambdatest.Function(region, "api", zip, variables("TEST_INIT", "orphan"))).Read()
		book := newLogBook()
		s, err := New(g, Options{Dir: t.TempDir(), Log: slog.New(book)})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = s.Invoke(context.Background(), functionARN, nil) }()
		fmt.Println(book.wait(t, "pid="))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	command := exec.Command(os.Args[0], "-test.run=^TestParentDeath$")
	command.Env = append(os.Environ(), "TEST_PARENT_ZIP="+lambdatest.Zip(t))
	out, err := command.Output()
	_, rest, found := strings.Cut(string(out), "pid=")
	number, _, _ := strings.Cut(rest, ".")
	pid, _ := strconv.Atoi(number)
	if !found || pid == 0 {
		t.Fatalf("the other process said %q, %v", out, err)
	}
	waitGone(t, pid)
}

// Whatever local mode does not understand stops it, with URN, path and value.
func TestNew_refuses(t *testing.T) {
	zip := lambdatest.Zip(t)
	for name, c := range map[string]struct {
		inputs map[string]any
		parts  []string
	}{
		"unknown property":  {map[string]any{"snapStart": map[string]any{"applyOn": "None"}}, []string{"snapStart", "applyOn"}},
		"image":             {map[string]any{"packageType": "Image"}, []string{"packageType", "Image"}},
		"managed runtime":   {map[string]any{"runtime": "nodejs22.x"}, []string{"nodejs22.x", "provided.al2023"}},
		"no handler":        {map[string]any{"handler": ""}, []string{"handler"}},
		"memory":            {map[string]any{"memorySize": 64.0}, []string{"memorySize", "64", "128"}},
		"timeout":           {map[string]any{"timeout": 901.0}, []string{"timeout", "901"}},
		"reserved":          {map[string]any{"reservedConcurrentExecutions": -2.0}, []string{"-2"}},
		"reserved variable": {variables("AWS_REGION", "x"), []string{"AWS_REGION"}},
		"too much":          {variables("A", strings.Repeat("x", 4096)), []string{"4097 bytes", "F10.5"}},
		"level for text":    {map[string]any{"loggingConfig": map[string]any{"logFormat": "Text", "systemLogLevel": "INFO"}}, []string{"F10.9"}},
		"log format":        {map[string]any{"loggingConfig": map[string]any{"logFormat": "XML"}}, []string{"XML"}},
		"log level":         {map[string]any{"loggingConfig": map[string]any{"logFormat": "JSON", "applicationLogLevel": "LOUD"}}, []string{"LOUD"}},
		"system log level":  {map[string]any{"loggingConfig": map[string]any{"logFormat": "JSON", "systemLogLevel": "ERROR"}}, []string{"ERROR"}},
		"tracing":           {map[string]any{"tracingConfig": map[string]any{"mode": "On"}}, []string{"tracingConfig.mode", "On"}},
		"no zip":            {map[string]any{"code": graph.Archive{Path: "/nowhere/f.zip"}}, []string{"/nowhere/f.zip"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := lambdatest.Function(region, "api", zip, c.inputs)
			s, err := New(graph.New(r).Read(), Options{})
			if err == nil || s != nil {
				t.Fatal("want an error and no service")
			}
			for _, part := range c.parts {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want it to name %q", err, part)
				}
			}
		})
	}
	t.Run("unknown type", func(t *testing.T) {
		g := graph.New(&graph.Resource{URN: "urn:x", Type: "aws:lambda/layerVersion:LayerVersion", Custom: true}).Read()
		s, err := New(g, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close(context.Background()) })
		if err := g.Rest(nil); err == nil || !strings.Contains(err.Error(), "urn:x") {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	content := []byte("content")
	if _, err := unpack(dir, lambdatest.WriteZip(t, "../escape", content, 0o755)); err == nil {
		t.Error("an entry that leaves the folder is refused")
	}
	first, err := unpack(dir, lambdatest.WriteZip(t, "sub/file", content, 0o640))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(first, "sub", "file"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, %v", info, err)
	}
	second, err := unpack(dir, lambdatest.WriteZip(t, "sub/file", content, 0o640))
	if err != nil || first != second {
		t.Errorf("the same zip is unpacked once: got %q and %q, %v", first, second, err)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 1 {
		t.Errorf("got %v, want no leftovers", left)
	}
	broken := filepath.Join(t.TempDir(), "broken.zip")
	_ = os.WriteFile(broken, []byte("no zip"), 0o600)
	if _, err := unpack(dir, broken); err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("got %v", err)
	}
}

// New without Dir uses a temporary folder, which Close removes.
func TestClose_removesTemporary(t *testing.T) {
	g := graph.New(lambdatest.Function(region, "api", lambdatest.Zip(t), nil)).Read()
	s, err := New(g, Options{})
	if err != nil {
		t.Fatal(err)
	}
	invoke(t, s, "1")
	root := s.functions[functionARN].taskRoot
	s.Close(t.Context())
	s.Close(t.Context())
	if _, err := os.Stat(root); !os.IsNotExist(err) {
		t.Errorf("%s is still there", root)
	}
}

// Between two invocations a frozen function does nothing: its processes are stopped, and go on for the next one and for
// their end.
func TestFreeze(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	s, book := newService(t, variables("TEST_INIT", "sigterm"), Options{Freeze: true})
	pid := string(invoke(t, s, order("pid")).Payload)
	state := func() string {
		status, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(status), ") ")
		return rest[:1]
	}
	for state() != "T" { // it is stopped once it asks for the next invocation
		runtime.Gosched()
	}
	if again := string(invoke(t, s, order("pid")).Payload); again != pid {
		t.Errorf("got process %s, want %s thawed", again, pid)
	}
	for state() != "T" {
		runtime.Gosched()
	}
	s.Close(context.Background())
	book.wait(t, "got SIGTERM")
}

// The Runtime API answers the function that was told its address, and no page whose name was rebound to it.
func TestRuntimeAPI_ownAddressOnly(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	api := environmentOf(t, s)["AWS_LAMBDA_RUNTIME_API"]
	for host, want := range map[string]int{"evil.example": http.StatusForbidden, api: http.StatusBadRequest} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+api+"/2018-06-01/runtime/invocation/0/response", strings.NewReader("1"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("Host %s: got %d, want %d", host, answer.StatusCode, want)
		}
	}
}
