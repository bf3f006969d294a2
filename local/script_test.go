package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// Local mode runs in the project's folder.
func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		main()
	}
	if err := os.Chdir(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m,
		// The logger inside the Pulumi SDK starts it when the program is loaded, whether anybody logs or not.
		goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// TestScripts plays conversations with local mode. Each script starts its own with `local`, and what it can say is:
//
//	config KEY VALUE                          replace a key of the stack file, before `local` or `fails`
//	local [flags]                             start on free ports and wait for the ready line
//	http METHOD PATH ['Name: value']... [body] ask as a viewer; "@EDGE" before METHOD asks at that edge
//	region NAME METHOD PATH ...               ask a region's API round the edge
//	admin METHOD PATH [body]                  ask the admin API
//	clock SECONDS                             advance simulated time
//	status CODE                               check the last answer's status ("400|503": either)
//	[!] header NAME [REGEXP]                  check a header of it, or with "!" that it is absent or does not match
//	[!] body REGEXP                           check its body
//	[!] json PATH VALUE                       check a JSON value: a.0.b; length is that of a list or an object
//	[!] log REGEXP                            check standard error
//	[!] ops COMMAND [args]                    run the operator's command against it; what it prints is the body
//	save NAME PATH                            keep a JSON value in a variable: $NAME; "header:NAME" keeps a header
//	end                                       end local mode; status 0, nothing left on standard output but the ready line
//	fails CODE REGEXP [flags]                 start local mode and see it fail in one line
//
// A body "@FILE" is a file of the script, $FOLDER the script's folder relative to the project.
//
// They are played with the notes; those of a folder beside it, which goes with an application that ships, with the
// project at the root.
func TestScripts(t *testing.T) {
	for dir, project := range map[string]string{"": notes, "feedback": "."} {
		dir := filepath.Join("local", "testdata", dir)
		if found, _ := filepath.Glob(filepath.Join(dir, "*.txtar")); len(found) > 0 {
			testscript.Run(t, scripts(dir, project))
		}
	}
}

func scripts(dir, project string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			// The script's folder as the project sees it: folders of a stack file are relative to it.
			from, err := filepath.Abs(project)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(from, env.WorkDir)
			if err != nil {
				return err
			}
			env.Setenv("FOLDER", filepath.ToSlash(folder))
			s := &session{project: project, config: map[string]string{}}
			env.Values[sessionKey{}] = s
			env.Defer(func() { _ = s.stop() })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"local":  command0((*session).start),
			"config": command0(func(s *session, ts *testscript.TestScript, args []string) { s.config[args[0]] = args[1] }),
			"end":    command0(func(s *session, ts *testscript.TestScript, _ []string) { ts.Check(s.stop()) }),
			"http":   command0((*session).asViewer),
			"region": command0((*session).asRegion),
			"admin":  command0((*session).asAdmin),
			"clock":  command0((*session).advance),
			"status": command0((*session).checkStatus),
			"save":   command0((*session).save),
			"fails":  command0(fails),
			"header": command1((*session).checkHeader),
			"body":   command1((*session).checkBody),
			"json":   command1((*session).checkJSON),
			"log":    command1((*session).checkLog),
			"ops":    command1((*session).ops),
		},
	}
}

type sessionKey struct{}

func command0(f func(*session, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command has no negation")
		}
		f(ts.Value(sessionKey{}).(*session), ts, args)
	}
}

func command1(f func(*session, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		f(ts.Value(sessionKey{}).(*session), ts, neg, args)
	}
}

// safeBuffer is written by the log's goroutines while a script reads it.
type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// session is one running local mode and the last answer.
type session struct {
	*instance // nil before it runs and after it ended
	project   string
	config    map[string]string
	client    *http.Client
	answer    *http.Response
	body      []byte
}

func (s *session) start(ts *testscript.TestScript, args []string) {
	if s.instance != nil {
		ts.Fatalf("local mode runs already")
	}
	started, err := launch(command{project: s.project, getenv: ts.Getenv, config: s.config}, args...)
	if err != nil {
		ts.Fatalf("%v", err)
	}
	s.instance, s.client = started, newClient()
	ts.Logf("%s", s.ready)
	ts.Setenv("VIEWER_ADDRESS", strings.TrimPrefix(s.viewer, "http://"))
	ts.Setenv("ADMIN_ADDRESS", strings.TrimPrefix(s.admin, "http://"))
}

// stop ends local mode as a signal would.
func (s *session) stop() error {
	if s.instance == nil {
		return nil
	}
	s.client.CloseIdleConnections()
	ended := s.instance
	s.instance = nil
	return ended.stop()
}

func newClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableCompression: true}, // the script says what it accepts
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       2 * time.Minute,
	}
}

func (s *session) asViewer(ts *testscript.TestScript, args []string) {
	var headers []string
	if len(args) > 0 && strings.HasPrefix(args[0], "@") {
		headers = append(headers, "X-Onefront-Viewer: "+args[0][1:])
		args = args[1:]
	}
	s.ask(ts, s.viewer, append(args, headers...))
}

func (s *session) asAdmin(ts *testscript.TestScript, args []string) { s.ask(ts, s.admin, args) }

func (s *session) asRegion(ts *testscript.TestScript, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: region NAME METHOD PATH ...")
	}
	s.ask(ts, s.admin, []string{"GET", "/regions/" + args[0]})
	region, _ := s.value(ts, "url").(string)
	s.ask(ts, region, args[1:])
}

func (s *session) advance(ts *testscript.TestScript, args []string) {
	s.ask(ts, s.admin, []string{"POST", "/clock", `{"advanceSeconds":` + args[0] + `}`})
	s.checkStatus(ts, []string{"200"})
}

var headerArgument = regexp.MustCompile(`^([A-Za-z0-9-]+): ?(.*)$`)

func (s *session) ask(ts *testscript.TestScript, base string, args []string) {
	if len(args) < 2 {
		ts.Fatalf("want METHOD PATH ['Name: value']... [body]")
	}
	if base == "" {
		ts.Fatalf("local mode does not run")
	}
	u, err := url.Parse(base)
	ts.Check(err)
	var body []byte
	header := http.Header{}
	for _, arg := range args[2:] {
		if m := headerArgument.FindStringSubmatch(arg); m != nil {
			header.Add(m[1], m[2])
			continue
		}
		body = []byte(arg)
		if file, ok := strings.CutPrefix(arg, "@"); ok {
			body = []byte(ts.ReadFile(file))
		}
	}
	request, err := http.NewRequest(args[0], base, bytes.NewReader(body))
	ts.Check(err)
	// Opaque keeps the path exactly as the script wrote it.
	request.URL = &url.URL{Scheme: u.Scheme, Host: u.Host, Opaque: args[1]}
	request.Header = header
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}
	if len(body) > 0 && header.Get("Content-Type") == "" && json.Valid(body) {
		header.Set("Content-Type", "application/json")
	}
	if s.answer, err = s.client.Do(request); err != nil {
		s.answer, s.body = nil, nil
		ts.Logf("%v", err)
		return
	}
	s.body, err = io.ReadAll(s.answer.Body)
	_ = s.answer.Body.Close()
	ts.Check(err)
}

func (s *session) need(ts *testscript.TestScript) {
	if s.answer == nil {
		ts.Fatalf("there was no answer")
	}
}

// checkStatus of "none" means that no answer came.
func (s *session) checkStatus(ts *testscript.TestScript, args []string) {
	if args[0] == "none" {
		if s.answer != nil {
			ts.Fatalf("got status %d, want no answer", s.answer.StatusCode)
		}
		return
	}
	s.need(ts)
	for want := range strings.SplitSeq(args[0], "|") {
		if want == strconv.Itoa(s.answer.StatusCode) {
			return
		}
	}
	ts.Fatalf("got status %d, want %s\n%v\n%s", s.answer.StatusCode, args[0], s.answer.Header, s.body)
}

func (s *session) checkHeader(ts *testscript.TestScript, neg bool, args []string) {
	s.need(ts)
	values, pattern := s.answer.Header.Values(args[0]), ""
	if len(args) > 1 {
		pattern = args[1]
	}
	found := len(values) > 0 && regexp.MustCompile(pattern).MatchString(strings.Join(values, ", "))
	if found == neg {
		ts.Fatalf("header %s: got %q, %s %q\n%v", args[0], values, want(neg), pattern, s.answer.Header)
	}
}

func want(neg bool) string {
	if neg {
		return "want anything but"
	}
	return "want"
}

func (s *session) checkBody(ts *testscript.TestScript, neg bool, args []string) {
	s.need(ts)
	if regexp.MustCompile(args[0]).Match(s.body) == neg {
		ts.Fatalf("body: got\n%s\n%s %q", s.body, want(neg), args[0])
	}
}

func (s *session) checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	value := text(s.value(ts, args[0]))
	if (value == args[1]) == neg {
		ts.Fatalf("%s: got %s, %s %s\n%s", args[0], value, want(neg), args[1], s.body)
	}
}

func (s *session) checkLog(ts *testscript.TestScript, neg bool, args []string) {
	if s.instance == nil || regexp.MustCompile(args[0]).MatchString(s.stderr.String()) == neg {
		ts.Fatalf("log: got\n%s\n%s %q", s.stderr, want(neg), args[0])
	}
}

func (s *session) save(ts *testscript.TestScript, args []string) {
	if name, ok := strings.CutPrefix(args[1], "header:"); ok {
		s.need(ts)
		ts.Setenv(args[0], s.answer.Header.Get(name))
		return
	}
	ts.Setenv(args[0], text(s.value(ts, args[1])))
}

// value follows a path into the last answer's JSON; "absent" where it leads nowhere.
func (s *session) value(ts *testscript.TestScript, path string) any {
	s.need(ts)
	var value any
	if err := json.Unmarshal(s.body, &value); err != nil {
		ts.Fatalf("no JSON: %s", s.body)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			if step == "length" {
				return float64(len(v))
			}
			next, ok := v[step]
			if !ok {
				return "absent"
			}
			value = next
		case []any:
			if step == "length" {
				return float64(len(v))
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return "absent"
			}
			value = v[i]
		default:
			return "absent"
		}
	}
	return value
}

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	raw, _ := json.Marshal(value)
	return string(raw)
}

// fails starts local mode with flags of its own and wants a status and a text that matches: one line, or as many as the
// pattern has.
func fails(s *session, ts *testscript.TestScript, args []string) {
	var stdout, stderr safeBuffer
	c := command{project: s.project, record: recordOnce, stdout: &stdout, stderr: &stderr, getenv: ts.Getenv, config: s.config}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	status := c.run(ctx, args[2:])
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("got status %d, want %s: %s", status, args[0], &stderr)
	}
	if stdout.String() != "" {
		ts.Fatalf("standard output: %q", &stdout)
	}
	if lines := strings.Count(stderr.String(), "\n"); lines != 1+strings.Count(args[1], `\n`) || !regexp.MustCompile(args[1]).MatchString(stderr.String()) {
		ts.Fatalf("got %d lines:\n%s\nwant %q", lines, &stderr, args[1])
	}
}
